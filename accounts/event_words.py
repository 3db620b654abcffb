"""Every recorded event in words for the person it concerns. Total: a test names each event of every application."""

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from accounts.enums import AuditEvent as Account
from cases.enums import CaseEvent
from consent.enums import AuditEvent as Consent
from dsr_requests.enums import CopyHoldEvent, PauseEvent, RequestEvent
from personal_data.enums import AuditEvent as Held

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS: "dict[str, StrOrPromise]" = {
    Held.SUBJECT_CREATED: pgettext_lazy("event", "Your data began to be held here"),
    Held.SUBJECT_OPENED: pgettext_lazy("event", "Your page was opened; values were masked"),
    Held.SUBJECT_ACTIVE: pgettext_lazy(
        "event", "Your use of the account was noted, because the keeping period counts from it"
    ),
    Held.ITEM_WRITTEN: pgettext_lazy("event", "A value was entered"),
    Held.ITEM_CORRECTED: pgettext_lazy("event", "A value was changed"),
    Held.ITEM_CONFIRMED: pgettext_lazy("event", "A value was confirmed as still right"),
    Held.ITEM_ERASED: pgettext_lazy("event", "A value was deleted"),
    Held.ITEM_REVEALED: pgettext_lazy("event", "A value was looked at"),
    Held.READ_REFUSED: pgettext_lazy("event", "A look at a value was refused: the policy does not name that purpose"),
    Held.FIELD_DECLINED: pgettext_lazy("event", "It was recorded that you do not give this"),
    Held.FILE_STORED: pgettext_lazy("event", "A file was added"),
    Held.FILE_READ: pgettext_lazy("event", "A file was opened"),
    Held.FILE_ERASED: pgettext_lazy("event", "A file was deleted"),
    Held.DEVICE_NOTED: pgettext_lazy("event", "A device was noted"),
    Held.DEVICE_ERASED: pgettext_lazy("event", "A device was deleted"),
    Held.PACKAGE_ASKED: pgettext_lazy("event", "A copy of your data was asked for"),
    Held.PACKAGE_BEGUN: pgettext_lazy("event", "Making the copy of your data began"),
    Held.PACKAGE_READY: pgettext_lazy("event", "The copy of your data was ready"),
    Held.PACKAGE_FAILED: pgettext_lazy("event", "Making the copy of your data failed and is tried again"),
    Held.PACKAGE_RESUMED: pgettext_lazy("event", "Making the copy of your data was set going again"),
    Held.PACKAGE_FETCHED: pgettext_lazy("event", "The copy of your data was fetched"),
    Held.PACKAGE_PUT_BACK: pgettext_lazy("event", "The copy of your data was removed and is made again later"),
    Held.PACKAGE_EXPIRED: pgettext_lazy("event", "The copy of your data was removed; its time was over"),
    Held.ERASURE_BEGUN: pgettext_lazy("event", "A deletion was asked for, and its plan was stored"),
    Held.ERASURE_STARTED: pgettext_lazy("event", "The time to call the deletion off was over, and it began"),
    Held.ERASURE_CANCELLED: pgettext_lazy("event", "The deletion was called off"),
    Held.ERASURE_STEP: pgettext_lazy("event", "Part of your data was deleted"),
    Held.ERASURE_FAILED: pgettext_lazy("event", "A step of the deletion failed and is tried again"),
    Held.ERASURE_RESUMED: pgettext_lazy("event", "The deletion was set going again"),
    Held.ERASURE_DONE: pgettext_lazy("event", "The deletion was compared with its plan and is done"),
    Held.LIMIT_SET: pgettext_lazy("event", "A use of your data was stopped"),
    Held.LIMIT_ENDED: pgettext_lazy("event", "A limit of the use of your data ended"),
    Held.LIMIT_LIFT_ASKED: pgettext_lazy("event", "Staff proposed to lift a limit of the use of your data"),
    Held.LIMIT_LIFT_DROPPED: pgettext_lazy("event", "The proposal to lift a limit was declined"),
    Held.ORDER_GIVEN: pgettext_lazy("event", "A recipient of your data was given an order"),
    Held.ORDER_TOLD: pgettext_lazy("event", "A recipient of your data was told the order"),
    Held.ORDER_CONFIRMED: pgettext_lazy("event", "A recipient of your data confirmed the order"),
    Held.ORDER_LATE: pgettext_lazy("event", "A recipient of your data did not confirm in time"),
    Held.ORDER_NAMES_READ: pgettext_lazy(
        "event", "Staff looked up what a recipient knows you by, to pass on a deletion"
    ),
    Held.ORDER_NAMES_GONE: pgettext_lazy("event", "What was kept to name you to a recipient was removed"),
    Held.IMPORT_OPENED: pgettext_lazy("event", "A file of people was brought to be checked"),
    Held.IMPORT_CHECKED: pgettext_lazy("event", "A file of people was checked"),
    Held.IMPORT_STARTED: pgettext_lazy("event", "Taking people in from a file began"),
    Held.IMPORT_TAKEN: pgettext_lazy("event", "A part of a file of people was worked through"),
    Held.IMPORT_DONE: pgettext_lazy("event", "Taking people in from a file ended"),
    Held.IMPORT_UNDOING: pgettext_lazy("event", "Undoing an import began"),
    Held.IMPORT_UNDONE: pgettext_lazy("event", "An import was undone"),
    Held.IMPORT_TOLD: pgettext_lazy("event", "A message told you what is held and why"),
    Held.SUBJECT_IMPORTED: pgettext_lazy("event", "Your data was brought in from the organisation's records"),
    Held.MERGE_PROPOSED: pgettext_lazy("event", "Another record was found that may be yours"),
    Held.MERGE_DECLINED: pgettext_lazy("event", "It was decided that another record is not yours"),
    Held.SUBJECTS_MERGED: pgettext_lazy("event", "Two records on you were made one"),
    Held.SUBJECTS_PARTED: pgettext_lazy("event", "Two records that had been made one were parted again"),
    Held.RETENTION_TOLD: pgettext_lazy("event", "A message told you that something held on you goes soon"),
    Held.HOLD_PLACED: pgettext_lazy("event", "A legal hold was placed: what it names is not deleted for now"),
    Held.HOLD_REVIEWED: pgettext_lazy("event", "A legal hold was looked at again and stays"),
    Held.HOLD_REMINDED: pgettext_lazy("event", "Staff were reminded to look at a legal hold again"),
    Held.HOLD_RELEASED: pgettext_lazy("event", "A legal hold was released"),
    Held.DISPOSAL_PROPOSED: pgettext_lazy("event", "Staff proposed to delete data of yours that is no longer needed"),
    Held.DISPOSAL_APPROVED: pgettext_lazy("event", "It was decided to delete data of yours that is no longer needed"),
    Held.DISPOSAL_DECLINED: pgettext_lazy("event", "It was decided not to delete data of yours"),
    Held.PURPOSE_BEGUN: pgettext_lazy("event", "A purpose began for which your data is used"),
    Held.PURPOSE_ENDED: pgettext_lazy("event", "A purpose ended for which your data was used"),
    Held.EVIDENCE_ENDED: pgettext_lazy(
        "event", "The time for keeping proof ended; nothing kept can be tied to you any more"
    ),
    Held.KEPT_APART: pgettext_lazy(
        "event", "What the law asks us to keep was set apart before the rest was deleted, and is used for nothing"
    ),
    Held.KEPT_READ: pgettext_lazy("event", "Staff opened something the law asks us to keep"),
    Held.KEPT_ENDED: pgettext_lazy("event", "What the law had asked us to keep was deleted; its day had come"),
    Held.RECORDS_ENDED: pgettext_lazy("event", "A record kept as proof was removed; its time was over"),
    Consent.GRANTED: pgettext_lazy("event", "A consent was given"),
    Consent.REFUSED: pgettext_lazy("event", "A consent was not given"),
    Consent.WITHDRAWN: pgettext_lazy("event", "A consent was withdrawn"),
    Consent.EXPIRED: pgettext_lazy("event", "A consent ended"),
    Consent.DEVICES_FORGOTTEN: pgettext_lazy(
        "event", "Device information was deleted, because the consent for it ended"
    ),
    PauseEvent.PAUSED: pgettext_lazy("event", "Requests from an address of yours were held, on a suspicion"),
    PauseEvent.TOLD: pgettext_lazy("event", "You were told that requests from an address of yours are held"),
    PauseEvent.LIFTED: pgettext_lazy("event", "Requests from an address of yours are no longer held"),
    PauseEvent.FORGOTTEN: pgettext_lazy("event", "The record that an address of yours was once held was removed"),
    CopyHoldEvent.ASKED: pgettext_lazy("event", "It was proposed to hold the copy of your data back"),
    CopyHoldEvent.SECONDED: pgettext_lazy("event", "A second person approved that the copy of your data is held back"),
    CopyHoldEvent.DROPPED: pgettext_lazy("event", "A second person declined to hold the copy of your data back"),
    CopyHoldEvent.ENDED: pgettext_lazy("event", "The copy of your data is no longer held back"),
    CopyHoldEvent.FORGOTTEN: pgettext_lazy("event", "The record that a copy was once held back was removed"),
    Account.ACCOUNT_CREATED: pgettext_lazy("event", "The account was opened"),
    Account.ACCOUNT_CLAIMED: pgettext_lazy("event", "Data held before was joined to the account"),
    Account.ACCOUNT_CLOSED: pgettext_lazy("event", "The account was closed"),
    Account.UNVERIFIED_REMOVED: pgettext_lazy(
        "event", "The account was removed, because its address was never confirmed"
    ),
    Account.SIGNED_IN: pgettext_lazy("event", "Signed in"),
    Account.SIGNED_OUT: pgettext_lazy("event", "Signed out"),
    Account.SIGN_IN_FAILED: pgettext_lazy("event", "A sign-in failed"),
    Account.SIGN_IN_LOCKED: pgettext_lazy("event", "Sign-in was paused after too many tries"),
    Account.CODE_REFUSED: pgettext_lazy("event", "A wrong code was entered"),
    Account.FACTOR_REFUSED: pgettext_lazy("event", "A second factor was refused"),
    Account.FACTOR_ADDED: pgettext_lazy("event", "A second factor was added"),
    Account.FACTOR_REMOVED: pgettext_lazy("event", "A second factor was removed"),
    Account.PASSWORD_CHANGED: pgettext_lazy("event", "The password was changed"),
    Account.SESSIONS_ENDED: pgettext_lazy("event", "Sessions were ended"),
    Account.ADDRESS_VERIFIED: pgettext_lazy("event", "An e-mail address was confirmed by a code"),
    Account.ADDRESS_CHANGED: pgettext_lazy("event", "The sign-in address was changed"),
    Account.ADDRESS_CONFIRMED: pgettext_lazy("event", "The sign-in address was confirmed as still working"),
    Account.ADDRESS_BOUNCED: pgettext_lazy("event", "Mail to the sign-in address came back"),
    Account.STAFF_INVITED: pgettext_lazy("event", "An invitation to the staff was sent"),
    Account.INVITATION_WITHDRAWN: pgettext_lazy("event", "An invitation to the staff was withdrawn"),
    Account.STAFF_JOINED: pgettext_lazy("event", "Became a member of staff"),
    Account.ROLE_GIVEN: pgettext_lazy("event", "The staff role was changed"),
    Account.STAFF_DEACTIVATED: pgettext_lazy("event", "The staff account was switched off"),
    Account.STAFF_REACTIVATED: pgettext_lazy("event", "The staff account was switched on again"),
    Account.RECOVERY_ASKED: pgettext_lazy("event", "Help was asked for after losing a second factor"),
    Account.RECOVERY_APPROVED: pgettext_lazy("event", "A colleague vouched after a lost second factor"),
    Account.RECOVERY_DONE: pgettext_lazy("event", "The lost second factor was removed"),
}

# Complaints and requests record the same steps; which case it is stands beside the words.
CASE_WORDS: "dict[str, StrOrPromise]" = {
    CaseEvent.FILED: pgettext_lazy("case event", "The case was sent in"),
    CaseEvent.ADDRESS_VERIFIED: pgettext_lazy("case event", "The e-mail address of the case was confirmed"),
    CaseEvent.TAKEN: pgettext_lazy("case event", "A member of staff took on the case"),
    CaseEvent.ASSIGNED: pgettext_lazy("case event", "The case was given to a member of staff"),
    CaseEvent.RELEASED: pgettext_lazy("case event", "The case was put back for another member of staff"),
    CaseEvent.STAFF_WROTE: pgettext_lazy("case event", "A message was written to you"),
    CaseEvent.PERSON_WROTE: pgettext_lazy("case event", "You wrote a message"),
    CaseEvent.ANSWER_AWAITED: pgettext_lazy("case event", "You were asked for an answer"),
    CaseEvent.FILED_FOR_PERSON: pgettext_lazy("case event", "Staff wrote the case down for you"),
    CaseEvent.ADDRESS_REMINDED: pgettext_lazy("case event", "A reminder to confirm the e-mail address was sent"),
    CaseEvent.ACKNOWLEDGED: pgettext_lazy("case event", "The receipt of the case was confirmed"),
    CaseEvent.TRIAGED: pgettext_lazy("case event", "Category, severity and target date of the case were set"),
    CaseEvent.POSTPONED: pgettext_lazy("case event", "A later date for the answer was set and told to you"),
    CaseEvent.INVESTIGATED: pgettext_lazy("case event", "The examination of the case began"),
    CaseEvent.WRITTEN_FOR_PERSON: pgettext_lazy("case event", "Staff wrote down a message of yours"),
    CaseEvent.DATES_MOVED: pgettext_lazy("case event", "A date of the case moved with the calendar"),
    CaseEvent.DATES_KEPT: pgettext_lazy("case event", "The dates of the case were computed again; none moved"),
    CaseEvent.ANSWERED: pgettext_lazy("case event", "The case was answered"),
    CaseEvent.ACCEPTED: pgettext_lazy("case event", "You accepted the answer"),
    CaseEvent.RESOLVED: pgettext_lazy("case event", "What the answer promised was done"),
    CaseEvent.REJECTED: pgettext_lazy("case event", "The case was not taken up, with the reason"),
    CaseEvent.REOPENED: pgettext_lazy("case event", "You reopened the case"),
    CaseEvent.WITHDRAWN: pgettext_lazy("case event", "You took the case back"),
    CaseEvent.LINKED: pgettext_lazy("case event", "The case was linked to another one"),
    CaseEvent.UNLINKED: pgettext_lazy("case event", "The link to another case was taken away"),
    CaseEvent.REPLY_LATE: pgettext_lazy("case event", "The first reply is late"),
    CaseEvent.CLOSED: pgettext_lazy("case event", "The case was decided and closed"),
    CaseEvent.EMPTIED: pgettext_lazy(
        "case event", "Words and files of the case were deleted; the time for keeping them was over"
    ),
    CaseEvent.REMINDED: pgettext_lazy("case event", "Staff were reminded of the due date"),
    CaseEvent.OVERDUE: pgettext_lazy("case event", "The due date passed"),
    CaseEvent.LIMIT_MISSED: pgettext_lazy("case event", "The last day for an answer passed"),
    CaseEvent.READ: pgettext_lazy("case event", "The case was read"),
    CaseEvent.ATTACHMENT_READ: pgettext_lazy("case event", "An attachment of the case was opened"),
    CaseEvent.CONTACT_REVEALED: pgettext_lazy("case event", "Your contact address was looked at"),
    RequestEvent.IDENTITY_BEGUN: pgettext_lazy("case event", "A check of who asks began"),
    RequestEvent.IDENTITY_FAILED: pgettext_lazy("case event", "A check of who asks failed"),
    RequestEvent.CODE_READ_OUT: pgettext_lazy("case event", "Staff read a code out on the number held"),
    RequestEvent.IDENTIFIED: pgettext_lazy("case event", "It was established who asks"),
    RequestEvent.IDENTITY_ENDED: pgettext_lazy("case event", "The time for showing who asks ended"),
    RequestEvent.EVIDENCE_ASKED: pgettext_lazy("case event", "Evidence of who asks was asked for"),
    RequestEvent.EVIDENCE_GIVEN: pgettext_lazy("case event", "Evidence of who asks was sent"),
    RequestEvent.EVIDENCE_READ: pgettext_lazy("case event", "Evidence of who asks was opened"),
    RequestEvent.EVIDENCE_DELETED: pgettext_lazy("case event", "Evidence of who asks was deleted"),
    RequestEvent.MANDATE_CHECKED: pgettext_lazy("case event", "The mandate of a representative was accepted"),
    RequestEvent.MANDATE_REFUSED: pgettext_lazy("case event", "The mandate of a representative was not accepted"),
    RequestEvent.CHILD_AGREED: pgettext_lazy("case event", "The child agreed to the request"),
    RequestEvent.HELD_BACK: pgettext_lazy("case event", "The request was held, because its address is paused"),
    RequestEvent.LET_GO_ON: pgettext_lazy("case event", "The request went on"),
    RequestEvent.EXTENDED: pgettext_lazy("case event", "The time for the request was extended and told to you"),
    RequestEvent.PROCESSOR_SET: pgettext_lazy("case event", "It was noted that another company has to act"),
    RequestEvent.DECIDED: pgettext_lazy("case event", "A decision on the request was made"),
    RequestEvent.SECONDED: pgettext_lazy("case event", "A second person approved the decision"),
    RequestEvent.DECISION_DROPPED: pgettext_lazy("case event", "The decision was set aside before it took effect"),
    RequestEvent.IN_EFFECT: pgettext_lazy("case event", "The decision took effect"),
    RequestEvent.CORRECTION_PROPOSED: pgettext_lazy("case event", "A correction was asked for"),
    RequestEvent.CORRECTION_OFFERED: pgettext_lazy("case event", "Staff proposed a correction"),
    RequestEvent.CORRECTION_ANSWERED: pgettext_lazy("case event", "A proposed correction was answered"),
    RequestEvent.STEP_DONE: pgettext_lazy("case event", "A step of the request was done"),
    RequestEvent.STEP_FAILED: pgettext_lazy("case event", "A step of the request failed and is tried again"),
    RequestEvent.STEPS_RESUMED: pgettext_lazy("case event", "The request was set going again"),
    RequestEvent.COPY_HANDED_OVER: pgettext_lazy("case event", "An officer handed the copy over"),
    RequestEvent.COPY_HELD: pgettext_lazy("case event", "The copy was held back, and you were told why"),
    RequestEvent.COPY_LET_GO: pgettext_lazy("case event", "The copy was no longer held back"),
    RequestEvent.LETTER_MADE: pgettext_lazy("case event", "Staff opened the letter on calling the deletion off"),
    RequestEvent.LETTER_TOLD: pgettext_lazy("case event", "You were told how to call the deletion off"),
}
CASE_KINDS = {
    "complaint": pgettext_lazy("kind of case", "Complaint"),
    "request": pgettext_lazy("kind of case", "Request"),
}
# Parts of a case that staff can open.
CASE_PARTS = {
    "text": pgettext_lazy("part of a case", "what you wrote"),
    "thread": pgettext_lazy("part of a case", "the messages"),
    "contact": pgettext_lazy("part of a case", "your contact address"),
    "attachment": pgettext_lazy("part of a case", "an attachment"),
}

ROLE_WORDS: "dict[str, StrOrPromise]" = {
    "person": pgettext_lazy("who did it", "you"),
    "guest": pgettext_lazy("who did it", "you, without signing in"),
    "system": pgettext_lazy("who did it", "the portal, by itself"),
    "agent": pgettext_lazy("who did it", "staff who handle cases"),
    "dpo": pgettext_lazy("who did it", "the data-protection officer"),
    "auditor": pgettext_lazy("who did it", "an auditor, who may only read"),
    "administrator": pgettext_lazy("who did it", "an administrator"),
}


def words_of(event: str) -> str:
    """One event as a short sentence. Raises KeyError for an event nobody gave words to."""
    kind, _dot, step = event.partition(".")
    if kind in CASE_KINDS:
        return str(CASE_WORDS[step])
    return str(WORDS[event])


def words_or_code(event: str) -> str:
    """The same, and the bare code of an event of another release: a record is shown whole or it is none."""
    try:
        return words_of(event)
    except KeyError:
        return event
