"""Code lists and calendar for operators, to read: they change by `manage.py load_reference`, a year on its page too."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from market.reference.models import CalendarYear, Code, CodeList


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CodeList)
class CodeListAdmin(ReadOnly):
    list_display = ("scheme", "name_zh", "name_en", "standard", "loaded_at")
    ordering = ("position",)


@admin.register(Code)
class CodeAdmin(ReadOnly):
    list_display = ("code", "name_zh", "name_en", "parent", "valid_from", "valid_until", "evidence")
    list_filter = ("code_list", "evidence")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code_list", "position", "valid_from")


@admin.register(CalendarYear)
class CalendarYearAdmin(ReadOnly):
    list_display = ("year", "source", "is_entered", "changed_at")
    ordering = ("-year",)
