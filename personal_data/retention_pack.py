"""The policy in force, with the fields that earlier ones named and it does not.

What is held there was given under a rule and goes by it: a field that leaves the policy does not stay for ever, unseen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from policies import selectors as policies
from policies.models import PolicyVersion
from policies.pack_types import FieldSpec, Pack, RetentionSpec


def keeping_pack(version: PolicyVersion) -> Pack:
    """The policy of a version as it is kept by."""
    return _kept_by(version.number, version.content_hash, version.published_at)


def with_former(pack: Pack, earlier: Iterable[Pack]) -> Pack:
    """A policy with what others, the newest first, named beyond it: fields, with their rules, purposes and recipients
    where it has none of that name. A recipient it has may hold what the field held, as before.
    """
    fields = {spec.code: spec for spec in pack.fields}
    rules = {rule.code: rule for rule in pack.retention}
    purposes = {purpose.code: purpose for purpose in pack.purposes}
    recipients = {recipient.code: recipient for recipient in pack.recipients}
    for one in earlier:
        for spec in _former(one, fields):
            fields[spec.code] = spec
            for rule in _rules_of(one, spec):
                rules.setdefault(rule.code, rule)
            for purpose in one.purposes:
                if purpose.code in spec.purposes:
                    purposes.setdefault(purpose.code, purpose)
            for recipient in one.recipients:
                if recipient.code in spec.recipients:
                    known = recipients.get(recipient.code, replace(recipient, fields=()))
                    recipients[recipient.code] = replace(known, fields=(*known.fields, spec.code))
    if len(fields) == len(pack.fields):
        return pack
    return replace(
        pack,
        fields=tuple(fields.values()),
        retention=tuple(rules.values()),
        purposes=tuple(purposes.values()),
        recipients=tuple(recipients.values()),
    )


def _former(pack: Pack, known: Iterable[str]) -> list[FieldSpec]:
    """The fields of a policy beside some that are known."""
    codes = set(known)
    return [spec for spec in pack.fields if spec.code not in codes]


def _rules_of(pack: Pack, spec: FieldSpec) -> Iterator[RetentionSpec]:
    waiting, seen = [spec.retention], set()
    while waiting:
        rule = pack.retention_rule(waiting.pop())
        if rule is not None and rule.code not in seen:
            seen.add(rule.code)
            waiting += rule.also
            yield rule


@lru_cache(maxsize=16)
def _kept_by(number: int, _content_hash: str, _published_at: datetime) -> Pack:
    """What a version names never changes; another database may have another under its number."""
    version = policies.version_numbered(number)
    if version is None:
        raise PolicyVersion.DoesNotExist(number)
    earlier = policies.versions().filter(number__lt=number)
    return with_former(policies.document(version), (policies.document(one) for one in earlier))
