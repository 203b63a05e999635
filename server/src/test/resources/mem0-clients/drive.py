"""Every public method of Python's mem0ai. Arguments: the server, a key of an admin, an address for webhooks."""

import inspect
import json
import logging
import sys

from mem0 import MemoryClient
from mem0.client.types import DeleteAllMemoryOptions

logging.disable(logging.CRITICAL)
host, api_key, hook = sys.argv[1:4]
client = MemoryClient(api_key=api_key, host=host)
calls = []
called = set()


def call(name, action):
    """Calls a method; what it gives, or how it fails, is reported under its name."""
    called.add(name.split(",")[0])
    try:
        value = action()
        calls.append({"name": name, "value": value})
        return value
    except Exception as e:
        calls.append({"name": name, "error": type(e).__name__, "message": str(e)})
        return None


def methods(of, prefix=""):
    return [
        prefix + name
        for name, value in inspect.getmembers(type(of), inspect.isfunction)
        if not name.startswith("_")
    ]


added = call(
    "add",
    lambda: client.add("I like tea", user_id="alice", metadata={"a": 1}, infer=False, expiration_date="2099-01-01"),
)
call("add, with filters", lambda: client.add([{"role": "user", "content": "I ski"}], filters={"user_id": "alice"}))
memory_id = added["results"][0]["id"]
call(
    "search",
    lambda: client.search(" tea ", filters={"user_id": "alice"}, top_k=5, threshold=0.0, rerank=True),
)
call("search, everything", lambda: client.search("tea"))
call("get_all", lambda: client.get_all(filters={"user_id": "alice"}, page=1, page_size=5))
call("get", lambda: client.get(memory_id))
call("get, another", lambda: client.get("11111111-1111-4111-8111-111111111111"))
call("update", lambda: client.update(memory_id, text="I like oolong", metadata={"a": 2}))
call("update, without expiry", lambda: client.update(memory_id, expiration_date=None))
call("history", lambda: client.history(memory_id))
call("users", lambda: client.users())
call("batch_update", lambda: client.batch_update([{"memory_id": memory_id, "text": "I like mate", "metadata": {"k": 1}}]))
exported = call("create_memory_export", lambda: client.create_memory_export({"type": "object"}, filters={"user_id": "alice"}))
call("get_memory_export", lambda: client.get_memory_export(memory_export_id=exported["id"]))
call("get_summary", lambda: client.get_summary(filters={"user_id": "alice"}))
call("get_profile", lambda: client.get_profile("alice"))
call("generate_profile", lambda: client.generate_profile("alice"))
call("get_profile_settings", lambda: client.get_profile_settings())
call("update_profile_settings", lambda: client.update_profile_settings(enabled=True))
call("sample_profiles", lambda: client.sample_profiles(limit=3))
call("get_profile_job", lambda: client.get_profile_job("11111111-1111-4111-8111-111111111111"))
call("get_project", lambda: client.get_project(fields=["custom_instructions"]))
call("update_project", lambda: client.update_project(custom_instructions="be brief"))
call("project.get", lambda: client.project.get(fields=["custom_instructions"]))
call("project.update", lambda: client.project.update(custom_instructions="be briefer"))
call("project.create", lambda: client.project.create("n", "d"))
call("project.get_members", lambda: client.project.get_members())
call("project.add_member", lambda: client.project.add_member("a@b.c", "READER"))
call("project.update_member", lambda: client.project.update_member("a@b.c", "OWNER"))
call("project.remove_member", lambda: client.project.remove_member("a@b.c"))
call("project.delete", lambda: client.project.delete())
call("get_webhooks", lambda: client.get_webhooks("default"))
webhook = call("create_webhook", lambda: client.create_webhook(hook, "n", "default", ["memory_add"]))
call("update_webhook", lambda: client.update_webhook(webhook["webhook_id"], name="n2"))
call("delete_webhook", lambda: client.delete_webhook(webhook["webhook_id"]))
call("feedback", lambda: client.feedback(memory_id, "POSITIVE", "r"))
call("delete", lambda: client.delete(memory_id))
call("delete, with what is linked", lambda: client.delete(client.add("gone", user_id="x", infer=False)["results"][0]["id"], delete_linked=True))
call("batch_delete", lambda: client.batch_delete([{"memory_id": client.add("gone too", user_id="x", infer=False)["results"][0]["id"]}]))
call("delete_all", lambda: client.delete_all(user_id="alice"))
call("delete_all, options", lambda: client.delete_all(options=DeleteAllMemoryOptions(filters={"user_id": "alice"})))
call("delete_users", lambda: (client.add("x", user_id="dave", infer=False), client.delete_users(user_id="dave"))[1])
call("chat", lambda: client.chat())
call("reset", lambda: (client.add("x", user_id="erin", infer=False), client.reset())[1])
call("users, after all", lambda: client.users())
try:
    MemoryClient(api_key="mk_unknown", host=host)
except ValueError as e:
    calls.append({"name": "an unknown key", "error": "ValueError", "message": str(e)})

public = methods(client) + methods(client.project, "project.")
missed = [name for name in public if name not in called]
json.dump({"calls": calls, "missed": missed}, sys.stdout)
