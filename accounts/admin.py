"""Colleagues at the staff desk: who they are, what they may do, who comes in and who goes.

Lists are read-only; each change is a page of its own that calls one service. Accounts of people outside are not
listed here.
"""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.alias import alias_of
from accounts.enums import Factor, Role
from accounts.forms import InviteForm, RoleForm
from accounts.models import FactorRecovery, StaffInvitation, User
from accounts.permissions import can_approve_recovery, can_manage_staff
from accounts.sealed_address import masked_address
from accounts.selectors import approvals_missing, open_recovery
from accounts.services import inviting, recovering, staffing
from core import clock
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed


class RoleFilter(admin.SimpleListFilter):
    """By role, in words."""

    title = pgettext_lazy("of staff", "role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, str(role.label)) for role in Role]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class StaffLists(ReadOnlyAdmin):
    """A read-only list, headed by what it lists."""

    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": capfirst(str(self.model._meta.verbose_name_plural)), **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": capfirst(str(self.model._meta.verbose_name)), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


class StaffPages(StaffLists):
    """A list with pages beside it that each do one thing."""

    def _page(
        self,
        http: HttpRequest,
        *,
        title: str,
        lead: str,
        button: str,
        data_action: str,
        act: Callable[[forms.Form | None], str],
        back: str,
        form: forms.Form | None = None,
        danger: bool = False,
    ) -> HttpResponse:
        """Show a question; on POST call `act`, which returns what to say afterwards or raises NotAllowed."""
        if http.method == "POST" and (form is None or form.is_valid()):
            try:
                messages.success(http, act(form))
            except NotAllowed as refusal:
                messages.error(http, refusal.message)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(http),
            "title": title,
            "lead": lead,
            "button": button,
            "data_action": data_action,
            "back": back,
            "form": form,
            "danger": danger,
            "opts": self.model._meta,
        }
        return render(http, "admin/accounts/ask.html", context)


@admin.register(User)
class StaffAdmin(StaffPages):
    """Members of staff."""

    list_display = ("staff_name", "role_label", "is_active", "has_factor", "last_login")
    list_filter = ("is_active", RoleFilter)
    ordering = ("staff_name",)
    fields = ("staff_name", "role_label", "address", "is_active", "has_factor", "last_login", "created_at")
    search_fields = ("staff_name",)
    search_help_text = gettext_lazy("Name at work, or the whole e-mail address")
    change_form_template = "admin/accounts/colleague.html"
    change_list_template = "admin/accounts/colleagues.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=(Factor.TOTP, Factor.WEBAUTHN))
        found = cast("QuerySet[User]", super().get_queryset(request)).filter(is_staff=True)
        return found.annotate(factor=Exists(factors)).prefetch_related("groups")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An address is turned into its alias here and goes no further."""
        if "@" in search_term:
            return queryset.filter(email=alias_of(search_term)), False
        return queryset.filter(Q(staff_name__icontains=search_term)), False

    @admin.display(description=pgettext_lazy("of staff", "role"))
    def role_label(self, user: User) -> str:
        names = {group.name for group in user.groups.all()}
        return ", ".join(str(role.label) for role in Role if role.value in names)

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def has_factor(self, user: User) -> bool:
        return bool(getattr(user, "factor", False))

    @admin.display(description=gettext_lazy("e-mail address"))
    def address(self, user: User) -> str:
        return masked_address(user)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = User.objects.filter(pk=object_id).first() if _is_reference(object_id) else None
        recovery = open_recovery(user=user, at=clock.now()) if user is not None else None
        by = cast(User, request.user)
        context = {
            "manages": can_manage_staff(by=by) and user is not None and user.pk != by.pk,
            "recovery": recovery,
            "missing": approvals_missing(recovery=recovery) if recovery else 0,
            "approves": recovery is not None and user is not None and can_approve_recovery(by=by, user=user),
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"invites": can_manage_staff(by=cast(User, request.user))}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("invite/", view(self.invite), name="accounts_invite"),
            path("<uuid:user_id>/role/", view(self.role), name="accounts_role"),
            path("<uuid:user_id>/deactivate/", view(self.deactivate), name="accounts_deactivate"),
            path("<uuid:user_id>/reactivate/", view(self.reactivate), name="accounts_reactivate"),
            path("<uuid:user_id>/let-in/", view(self.let_in), name="accounts_let_in"),
            *super().get_urls(),
        ]

    def invite(self, http: HttpRequest) -> HttpResponse:
        """Invite a colleague by mail."""
        form = InviteForm(http.POST or None)

        def act(_form: forms.Form | None) -> str:
            data = form.cleaned_data
            inviting.invite(
                address=data["address"],
                role=Role(data["role"]),
                staff_name=data["staff_name"],
                language=data["language"],
                by=cast(User, http.user),
                now=clock.now(),
            )
            return _("The invitation is on its way. It works for 3 days.")

        return self._page(
            http,
            title=_("Invite a colleague"),
            lead=_("A link goes to the address. Whoever opens it chooses a password and sets up a second factor."),
            button=_("Send the invitation"),
            data_action="staff-invite",
            act=act,
            back=reverse("admin:accounts_user_changelist"),
            form=form,
        )

    def role(self, http: HttpRequest, user_id: UUID) -> HttpResponse:
        """Give a colleague another role."""
        user = get_object_or_404(User, pk=user_id, is_staff=True)
        form = RoleForm(http.POST or None, initial={"role": user.role})

        def act(_form: forms.Form | None) -> str:
            role = Role(form.cleaned_data["role"])
            staffing.give_role(user_id=user_id, role=role, by=cast(User, http.user), now=clock.now())
            return _("The role is changed. It holds from the next click.")

        return self._page(
            http,
            title=_("Change the role of %(name)s") % {"name": user},
            lead=_("One role at a time; the new one replaces the old one."),
            button=_("Change the role"),
            data_action="staff-role",
            act=act,
            back=_page_of(user_id),
            form=form,
        )

    def deactivate(self, http: HttpRequest, user_id: UUID) -> HttpResponse:
        """Shut a colleague out."""
        user = get_object_or_404(User, pk=user_id, is_staff=True)

        def act(_form: forms.Form | None) -> str:
            staffing.deactivate(user_id=user_id, by=cast(User, http.user), now=clock.now())
            return _("Shut. Every session of this account has ended.")

        return self._page(
            http,
            title=_("Shut the account of %(name)s?") % {"name": user},
            lead=_("Sign-in stops and every session ends at once. Cases stay assigned until someone takes them over."),
            button=_("Shut the account"),
            data_action="staff-deactivate",
            act=act,
            back=_page_of(user_id),
            danger=True,
        )

    def reactivate(self, http: HttpRequest, user_id: UUID) -> HttpResponse:
        """Let a colleague in again."""
        user = get_object_or_404(User, pk=user_id, is_staff=True)

        def act(_form: forms.Form | None) -> str:
            staffing.reactivate(user_id=user_id, by=cast(User, http.user), now=clock.now())
            return _("Open again, with the password and the second factor from before.")

        return self._page(
            http,
            title=_("Open the account of %(name)s again?") % {"name": user},
            lead=_("The password and the second factor from before work again."),
            button=_("Open the account"),
            data_action="staff-reactivate",
            act=act,
            back=_page_of(user_id),
        )

    def let_in(self, http: HttpRequest, user_id: UUID) -> HttpResponse:
        """Say that a colleague who lost the second factor is who they say."""
        user = get_object_or_404(User, pk=user_id, is_staff=True)

        def act(_form: forms.Form | None) -> str:
            recovery = recovering.approve(user_id=user_id, by=cast(User, http.user), now=clock.now())
            if recovery.closed_at is None:
                return _("Noted. One more colleague must approve.")
            return _("Both have approved. The old factors are removed; the next sign-in sets up a new one.")

        return self._page(
            http,
            title=_("Let %(name)s back in?") % {"name": user},
            lead=_(
                "Approve only when you have spoken to this person yourself, by a way you know: in the room or "
                "on a number you had before. Never because a message asks for it."
            ),
            button=_("It is this person"),
            data_action="recovery-approve",
            act=act,
            back=_page_of(user_id),
            danger=True,
        )


@admin.register(StaffInvitation)
class InvitationAdmin(StaffPages):
    """Invitations sent, without the addresses they went to."""

    list_display = ("staff_name_or_gone", "role", "invited_by", "invited_at", "expires_at", "accepted_at", "closed_at")
    list_filter = ("role",)
    fields = ("staff_name_or_gone", "role", "invited_by", "invited_at", "expires_at", "accepted_at", "closed_at")
    change_form_template = "admin/accounts/invitation.html"

    @admin.display(description=gettext_lazy("name at work"))
    def staff_name_or_gone(self, invitation: StaffInvitation) -> str:
        return invitation.staff_name or str(invitation)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"manages": can_manage_staff(by=cast(User, request.user))}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        withdraw = self.admin_site.admin_view(self.withdraw)
        return [path("<uuid:invitation_id>/withdraw/", withdraw, name="accounts_withdraw"), *super().get_urls()]

    def withdraw(self, http: HttpRequest, invitation_id: UUID) -> HttpResponse:
        """Make an open invitation worthless."""
        get_object_or_404(StaffInvitation, pk=invitation_id)

        def act(_form: forms.Form | None) -> str:
            inviting.withdraw(invitation_id=invitation_id, by=cast(User, http.user), now=clock.now())
            return _("The invitation does not work any more.")

        return self._page(
            http,
            title=_("Withdraw the invitation?"),
            lead=_("The link in the mail stops working at once."),
            button=pgettext("an invitation", "Withdraw"),
            data_action="invitation-withdraw",
            act=act,
            back=reverse("admin:accounts_staffinvitation_changelist"),
            danger=True,
        )


@admin.register(FactorRecovery)
class RecoveryAdmin(StaffLists):
    """Who waits to be let back in."""

    list_display = ("user", "asked_at", "expires_at", "closed_at", "missing")
    fields = ("user", "asked_at", "expires_at", "closed_at", "missing")
    list_select_related = ("user",)
    change_form_template = "admin/accounts/recovery.html"

    @admin.display(description=gettext_lazy("approvals missing"))
    def missing(self, recovery: FactorRecovery) -> int:
        return 0 if recovery.closed_at else approvals_missing(recovery=recovery)


def _page_of(user_id: UUID) -> str:
    return reverse("admin:accounts_user_change", args=[user_id])


def _is_reference(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
