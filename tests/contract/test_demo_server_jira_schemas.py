"""The demo's Jira Cloud answers as jira.js describes Jira's: a client that holds every answer to its schema and throws on a mismatch."""

import subprocess

import orjson
import pytest

from pipelines.demo.servers.faults import Fault
from tests.contract.demo_world import TOKEN
from tests.contract.npm import npm_folder

pytestmark = [pytest.mark.node, pytest.mark.slow]
SCRIPT = """
import { createCloudClient } from 'jira.js';
const [host, email, apiToken] = process.argv.slice(2);
const jira = createCloudClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch: 'throw' });
const jql = 'project = INC ORDER BY key';
const calls = {
  serverInfo: () => jira.serverInfo.getServerInfo(),
  myself: () => jira.myself.getCurrentUser(),
  fields: () => jira.issueFields.getFields(),
  statuses: () => jira.workflowStatuses.getStatuses(),
  project: () => jira.projects.getProject({ projectIdOrKey: 'INC' }),
  search: () => jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql, fields: ['*all'], expand: 'changelog', maxResults: 100 }),
  ids: () => jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql, maxResults: 5 }),
  count: () => jira.issueSearch.countIssues({ jql }),
  issue: () => jira.issues.getIssue({ issueIdOrKey: 'INC-7', expand: 'changelog' }),
  changelog: () => jira.issues.getChangeLogs({ issueIdOrKey: 'INC-7', startAt: 10, maxResults: 20 }),
  remoteLinks: () => jira.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: 'INC-7' }),
  comments: () => jira.issueComments.getComments({ issueIdOrKey: 'INC-7' }),
};
const found = {};
for (const [name, call] of Object.entries(calls)) {
  found[name] = await call().then(() => 'as described', error => `${error.message} ${JSON.stringify(error.report ?? null)}`);
}
console.log(JSON.stringify(found));
"""


def told(served):
    folder = npm_folder("jira.js", "6.2.0")
    script = folder / "ask.mjs"
    script.write_text(SCRIPT)
    command = ["node", script.name, served.jira_url, "sync@acme.example", TOKEN]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return orjson.loads(done.stdout)


def test_every_answer_has_the_described_shape(served):
    answers = told(served)
    assert answers == dict.fromkeys(answers, "as described")
    assert len(answers) == 12


def test_a_wrong_shape_is_found(served):
    page = {"startAt": "first", "values": [{"id": 5, "items": "none"}]}
    served.control.add_faults(Fault("/changelog", status=200, body=page), Fault("/project/", status=200, body={"id": 7}))
    answers = told(served)
    assert {name for name, answer in answers.items() if answer != "as described"} == {"project", "changelog"}
