"""The embedded PostgreSQL and Valkey: started, stopped and reported. Nothing else knows that they are ours."""

from config.stack.control import ServerStatus, dead, start, status, stop
from config.stack.record import StackError
from config.stack.services import Services, current, services_for

__all__ = ["ServerStatus", "Services", "StackError", "current", "dead", "services_for", "start", "status", "stop"]
