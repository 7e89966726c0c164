"""Documents outside of every repository stand in the index with their authors, what they name, and who names them."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_every_document_of_the_folder_is_in_the_index_with_its_author(demo):
    found = demo.query(
        """select d.path, d.kind, d.document_key, a.person_id, d.source_url from core.dim_documents d
           join core.bridge_document_authors a using (document_id) where d.repository_id like 'documents:%'"""
    )
    assert set(found) == {tuple(one[name] for name in ("path", "kind", "key", "author", "url")) for one in demo.truth["documents"]}
    assert len(found) == len(demo.truth["documents"]) == 3


def test_who_names_which_document_is_the_planted_one(demo):
    """By key, path and address, in pull requests, tickets and other documents; of those in a folder nobody tells who wrote the line."""
    found = demo.query(
        """select d.path, c.how, c.citing_kind, coalesce(o.path, p.name || '#' || r.number, regexp_extract(c.source_url, '[^/]+$')),
                  c.citing_person_id
           from core.fct_document_citations c join core.dim_documents d using (document_id)
           left join core.dim_documents o on c.citing_id = o.document_id
           left join core.fct_pull_requests r on c.citing_kind = 'pull_request' and c.citing_id = r.pull_request_id::varchar
           left join core.dim_projects p on r.project_id = p.project_id"""
    )
    planted = {tuple(one[name] for name in ("path", "how", "citing_kind", "citing", "by")) for one in demo.truth["document_citations"]}
    assert set(found) == planted
    assert {how for _, how, *_ in planted} == {"key", "path", "url"}


def test_what_was_learnt_from_an_incident_leads_to_it(demo):
    found = demo.query(
        """select d.path, i.issue_key, b.how from core.bridge_document_incidents b
           join core.dim_documents d using (document_id) join core.fct_incidents i using (incident_id)"""
    )
    planted = {(one["path"], one["issue_key"], "document_names_incident") for one in demo.truth["document_incidents"]}
    assert planted <= set(found)
    assert {row for row in found if row[0].startswith("postmortems/")} == planted
