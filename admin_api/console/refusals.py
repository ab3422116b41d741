"""Why a step was refused, in the words of the language that the clerk reads."""

from __future__ import annotations

from admin_api.pages import Visit
from casework.errors import Refusal
from casework.rights import Right, RightMissing, roles_with
from casework.steps import SecondPersonWanted, StepClosed


def why_refused(error: Exception, visit: Visit) -> str:
    """The reason; empty when the error says nothing that a page does not say already."""
    match error:
        case RightMissing():
            return visit.say("refusal.right", right=_right(error.right, visit), roles=_roles(error.right, visit))
        case SecondPersonWanted():
            step = visit.say(f"step.{error.step.value}")
            return visit.say("refusal.second_person", step=step, right=_right(error.right, visit))
        case StepClosed():
            said = [visit.say("refusal.needs", mark=visit.say(f"mark.{mark.value}")) for mark in error.missing]
            said += [visit.say("refusal.bars", mark=visit.say(f"mark.{mark.value}")) for mark in error.barred]
            marks = visit.say("format.between").join(said) or visit.say("refusal.other_kind_of_case")
            return visit.say("refusal.closed_step", step=visit.say(f"step.{error.step.value}"), marks=marks)
        case Refusal():
            return visit.say(f"refusal.{error.key}", **error.facts)
    return ""


def _right(right: Right, visit: Visit) -> str:
    return visit.say(f"right.{right.value}")


def _roles(right: Right, visit: Visit) -> str:
    return visit.say("format.between").join(visit.say(f"role.{role.value}") for role in roles_with(right))
