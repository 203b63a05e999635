// Every public method of npm mem0ai 2.4.6. Arguments: the server, a key of an admin, an address for webhooks.
import { MemoryClient } from "mem0ai-2";
import { call, report, watched } from "./calls.mjs";

const [, , host, apiKey, hook] = process.argv;
const client = new MemoryClient({ apiKey, host });
const called = new Set();
const m = watched(client, called);
const says = (content) => [{ role: "user", content }];

await call("ping", () => m.ping());
const added = await call("add", () => m.add(says("I like coffee"), { user_id: "alice", metadata: { a: 1 }, infer: false }));
await call("add by version 2", () =>
  m.add(says("I swim"), { user_id: "alice", version: "v2", async_mode: false, output_format: "v1.1" }),
);
await call("search", () => m.search("coffee", { user_id: "alice", limit: 5 }));
await call("search by version 2", () =>
  m.search("coffee", { api_version: "v2", filters: { AND: [{ user_id: "alice" }] }, top_k: 5 }),
);
await call("getAll", () => m.getAll({ user_id: "alice" }));
await call("getAll by pages", () => m.getAll({ user_id: "alice", page: 1, page_size: 5 }));
await call("getAll by version 2", () => m.getAll({ api_version: "v2", filters: { user_id: "alice" } }));
await call("getAll by pages of version 2", () =>
  m.getAll({ api_version: "v2", filters: { user_id: "alice" }, page: 1, page_size: 1 }),
);
const id = added?.[0]?.id;
await call("get", () => m.get(id));
await call("update", () => m.update(id, { text: "I like espresso", metadata: { a: 2 } }));
await call("history", () => m.history(id));
await call("feedback", () => m.feedback({ memory_id: id, feedback: "NEGATIVE" }));
await call("users", () => m.users());
await call("batchUpdate", () => m.batchUpdate([{ memoryId: id, text: "I like mocha" }]));
await call("getProject", () => m.getProject({ fields: ["custom_instructions"] }));
await call("updateProject", () => m.updateProject({ custom_instructions: "x" }));
const webhook = await call("createWebhook", () =>
  m.createWebhook({ name: "n", url: hook, eventTypes: ["memory_delete"], projectId: "default" }),
);
await call("getWebhooks", () => m.getWebhooks({ projectId: "default" }));
await call("updateWebhook", () =>
  m.updateWebhook({ webhookId: webhook?.webhook_id, name: "n2", url: hook, eventTypes: ["memory_add"], projectId: "default" }),
);
await call("deleteWebhook", () => m.deleteWebhook({ webhookId: webhook?.webhook_id }));
const exported = await call("createMemoryExport", () =>
  m.createMemoryExport({ schema: { type: "object" }, filters: { user_id: "alice" } }),
);
await call("getMemoryExport", () => m.getMemoryExport({ memory_export_id: exported?.id }));
await call("delete", () => m.delete(id));
await call("batchDelete", async () => {
  const one = await client.add(says("to be deleted"), { user_id: "alice", infer: false });
  return m.batchDelete([one[0].id]);
});
await call("deleteAll", () => m.deleteAll({ user_id: "alice" }));
await call("deleteUser", async () => {
  await client.add(says("of bob"), { user_id: "bob", infer: false });
  const users = await client.users();
  return m.deleteUser({ entity_id: users.results.find((entity) => entity.name === "bob").id, entity_type: "user" });
});
await call("deleteUsers", async () => {
  await client.add(says("of a run"), { run_id: "r 1", infer: false });
  return m.deleteUsers({ run_id: "r 1" });
});
await call("users after all", () => m.users());

report(client, called);
