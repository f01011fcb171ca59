"""The API document as it is served."""

import time

from market.config.management.commands.export_openapi import TARGET


def test_the_document_is_made_once_and_a_copy_that_holds_is_not_sent_again(db, api):
    first = api.get("/api/v1/openapi.json")
    began = time.thread_time()
    again = api.get("/api/v1/openapi.json", headers={"If-None-Match": first["ETag"]})
    spent = time.thread_time() - began

    assert first.content == TARGET.read_bytes()
    assert (again.status_code, again.content) == (304, b"")
    # Making it takes seconds of the processor; this much is a request that makes nothing.
    assert spent < 0.3


def test_the_pages_of_the_api_read_the_same_document(db, api):
    assert "/api/v1/openapi.json" in api.get("/api/v1/docs").content.decode()
