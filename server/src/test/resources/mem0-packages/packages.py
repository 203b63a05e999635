"""Python packages of others that speak to mem0's platform. Arguments: the server, a key of an admin.

Each block is what the package's own documentation shows, against a user of its own."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile

host, api_key = sys.argv[1:3]
os.environ.update(MEM0_API_KEY=api_key, MEM0_TELEMETRY="false", HAYSTACK_TELEMETRY_ENABLED="false")
logging.disable(logging.CRITICAL)

from mem0 import AsyncMemoryClient, MemoryClient  # noqa: E402

for client in (MemoryClient, AsyncMemoryClient):  # packages that cannot be told another host
    start = client.__init__

    def init(self, *args, _start=start, **kwargs):
        kwargs["host"] = kwargs.get("host") or host
        _start(self, *args, **kwargs)

    client.__init__ = init

calls = []


def call(name, action):
    try:
        value = action()
        calls.append({"name": name, "value": value})
        return value
    except Exception as e:
        calls.append({"name": name, "error": type(e).__name__, "message": str(e)})
        return None


def cli(*arguments):
    """The command line, as a process of its own; its answer as JSON."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "mem0"), "--json", *arguments],
            env={**os.environ, "HOME": home, "MEM0_BASE_URL": host},
            capture_output=True,
            text=True,
            timeout=60,
        )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])
    return json.loads(done.stdout)


def command_line():
    call("cli add", lambda: cli("add", "Alice is allergic to peanuts", "--user-id", "cli", "--no-infer"))
    call("cli add, immutable", lambda: cli("add", "Alice was born in Porto", "-u", "cli", "--immutable", "--no-infer"))
    call("cli search", lambda: cli("search", "what allergies does Alice have?", "--user-id", "cli"))
    call("cli list", lambda: cli("list", "--user-id", "cli"))
    call("cli entity list", lambda: cli("entity", "list", "users"))
    call("cli delete entity", lambda: cli("delete", "--entity", "--user-id", "cli", "--force"))
    call("cli list, after", lambda: cli("list", "--user-id", "cli"))
    call("cli add again", lambda: cli("add", "one", "--user-id", "cli", "--no-infer"))
    call("cli delete all", lambda: cli("delete", "--all", "--user-id", "cli", "--force"))
    call("cli list, at the end", lambda: cli("list", "--user-id", "cli"))


def whole_project():
    """Last of all, since it takes everything."""
    for scope in (("--user-id", "a"), ("--agent-id", "b"), ("--app-id", "c"), ("--run-id", "d")):
        cli("add", "something of " + scope[1], "--no-infer", *scope)
    call("entities, after the adds", lambda: MemoryClient(api_key=api_key, host=host).users())
    call("cli delete all of the project", lambda: cli("delete", "--all", "--project", "--force"))
    call("entities, at the end", lambda: MemoryClient(api_key=api_key, host=host).users())


def mcp_server():
    from mcp.shared.memory import create_connected_server_and_client_session as connected
    from mem0_mcp_server.server import create_server

    server = create_server()

    def tool(name, **arguments):
        async def ask():
            async with connected(server._mcp_server) as session:
                return await session.call_tool(name, arguments)

        text = asyncio.run(ask()).content[0].text
        answer = json.loads(text)
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(text)
        return answer

    call("mcp add_memory", lambda: tool("add_memory", text="Bob plays the cello", user_id="mcp"))
    call("mcp search_memories", lambda: tool("search_memories", query="which instrument?", filters={"user_id": "mcp"}))
    call("mcp get_memories", lambda: tool("get_memories", filters={"user_id": "mcp"}))
    call("mcp list_entities", lambda: tool("list_entities"))
    call("mcp delete_all_memories", lambda: tool("delete_all_memories", user_id="mcp"))
    call("mcp delete_entities", lambda: tool("delete_entities", user_id="mcp"))


def haystack():
    from haystack.dataclasses import ChatMessage
    from haystack_integrations.memory_stores.mem0 import Mem0MemoryStore

    store = Mem0MemoryStore()
    call(
        "haystack add_memories",
        lambda: store.add_memories(
            messages=[ChatMessage.from_user("I take my coffee black"), ChatMessage.from_assistant("Noted")],
            user_id="haystack",
            infer=False,
            metadata={"topic": "drinks"},
        ),
    )
    call(
        "haystack search_memories",
        lambda: [m.text for m in store.search_memories(query="how is the coffee?", user_id="haystack")],
    )
    filters = {
        "operator": "AND",
        "conditions": [
            {"field": "user_id", "operator": "==", "value": "haystack"},
            {"field": "topic", "operator": "==", "value": "drinks"},
        ],
    }
    call(
        "haystack search_memories, filters",
        lambda: [m.text for m in store.search_memories(query="coffee", filters=filters)],
    )


def strands():
    from mem0_strands import Mem0MemoryStore

    store = Mem0MemoryStore(user_id="strands", agent_id="helper", host=host, api_key=api_key)
    call("strands add", lambda: asyncio.run(store.add("Carol lives in Lyon", {"source": "chat"})))
    turns = [
        {"role": "user", "content": [{"text": "I moved here in May"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "1", "name": "x", "input": {}}}]},
    ]
    call("strands add_messages", lambda: asyncio.run(store.add_messages(turns)))
    call(
        "strands search",
        lambda: [{"content": e.content, "metadata": e.metadata} for e in asyncio.run(store.search("where does Carol live?"))],
    )


def agent_framework():
    from agent_framework import AgentSession, Message, SessionContext
    from agent_framework_mem0 import Mem0ContextProvider

    async def run():
        async with Mem0ContextProvider(
            api_key=api_key, user_id="framework", agent_id="helper", search_user_id="framework"
        ) as provider:
            session = AgentSession(session_id="s1")
            said = SessionContext(session_id="s1", input_messages=[Message("user", ["I drive a yellow van"])])
            await provider.after_run(agent=None, session=session, context=said, state={})
            asked = SessionContext(session_id="s1", input_messages=[Message("user", ["What do I drive?"])])
            await provider.before_run(agent=None, session=session, context=asked, state={})
            return [m.text for messages in asked.context_messages.values() for m in messages]

    call("agent-framework after and before a run", lambda: asyncio.run(run()))


def llama_index():
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.memory import Memory
    from llama_index.memory.mem0 import Mem0Memory

    memory = Mem0Memory(  # its from_client asks for names that mem0ai has dropped
        primary_memory=Memory.from_defaults(),
        context={"user_id": "llama"},
        client=MemoryClient(api_key=api_key, host=host),
    )
    call("llama-index put", lambda: memory.put(ChatMessage(role="user", content="My sister is called Ines")))
    call("llama-index get", lambda: [m.content for m in memory.get("what is my sister's name?")])


for block in (command_line, mcp_server, haystack, strands, agent_framework, llama_index, whole_project):
    try:
        block()
    except Exception as e:
        calls.append({"name": block.__name__, "error": type(e).__name__, "message": str(e)})
json.dump({"calls": calls, "missed": []}, sys.stdout, default=str)
