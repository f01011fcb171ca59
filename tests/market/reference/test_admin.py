import pytest
from django.contrib import admin
from django.test import RequestFactory

from market.reference.models import Code, CodeList


@pytest.mark.parametrize("model", [Code, CodeList])
def test_operators_read_code_lists_and_change_nothing(model):
    request = RequestFactory().get("/admin/")
    page = admin.site.get_model_admin(model)

    may = [page.has_add_permission(request), page.has_change_permission(request), page.has_delete_permission(request)]

    assert may == [False, False, False]
