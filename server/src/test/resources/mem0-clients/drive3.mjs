// Every public method of npm mem0ai 3.x. Arguments: the server, a key of an admin, an address for webhooks.
import { MemoryClient } from "mem0ai";
import { call, report, watched } from "./calls.mjs";

const [, , host, apiKey, hook] = process.argv;
const client = new MemoryClient({ apiKey, host });
const called = new Set();
const m = watched(client, called);

await call("ping", () => m.ping());
const added = await call("add", () =>
  m.add([{ role: "user", content: "I like green tea", name: "Alice" }], {
    userId: "alice",
    agentId: "a1",
    appId: "app1",
    runId: "r1",
    metadata: { fooBar: 1, snake_key: 2, nested: { camelKey: 1 } },
    infer: false,
    expirationDate: "2099-01-01",
    timestamp: 1700000000,
    customCategories: [{ My_Cat: "desc" }],
    customInstructions: "ci",
    agentCustomInstructions: "aci",
    structuredDataSchema: { fooBar: "string" },
  }),
);
await call("add inferring", () =>
  m.add(
    [
      { role: "user", content: "My cat is called Momo" },
      { role: "assistant", content: "What a name" },
    ],
    { userId: "alice" },
  ),
);
await call("add a string", () => m.add("I play chess", { userId: "alice" }));
await call("add a picture", () =>
  m.add([{ role: "user", content: { type: "image_url", image_url: { url: "http://x/y.png" } } }], { userId: "alice" }),
);
await call("add with unknown options", () =>
  m.add([{ role: "user", content: "x marks the spot" }], { userId: "bob", asyncMode: false, enableGraph: true }),
);
await call("add to nobody", () => m.add("whose is this?", {}));
await call("search", () => m.search("tea", { filters: { user_id: "alice" } }));
await call("search in camelCase", () => m.search("tea", { filters: { userId: "alice" } }));
await call("search with every option", () =>
  m.search("tea", {
    topK: 5,
    threshold: 0,
    rerank: true,
    latestOnly: true,
    fields: ["id", "memory"],
    showExpired: true,
    referenceDate: "2026-01-01",
    keywordSearch: true,
    metadata: { fooBar: 1 },
    source: "OPENCLAW",
    filters: {
      AND: [
        { user_id: "alice" },
        { OR: [{ categories: { in: ["food"] } }, { metadata: { fooBar: 1 } }] },
        { NOT: { created_at: { gte: "2024-01-01" } } },
      ],
    },
  }),
);
await call("search everything", () => m.search("tea"));
await call("getAll", () => m.getAll({ filters: { user_id: "alice" } }));
await call("getAll by pages", () =>
  m.getAll({
    filters: { user_id: "alice" },
    page: 2,
    pageSize: 1,
    startDate: "2020-01-01",
    endDate: "2099-01-01",
    latestOnly: true,
    showExpired: false,
  }),
);
await call("getAll of everything", () => m.getAll());
const id = added?.results?.[0]?.id;
await call("get", () => m.get(id));
await call("get with a slash", () => m.get("id with/slash ?"));
await call("get another", () => m.get("11111111-1111-4111-8111-111111111111"));
await call("update", () =>
  m.update(id, {
    text: "I like black tea",
    metadata: { fooBar: 2 },
    timestamp: 1700000001,
    expirationDate: "2099-06-01",
  }),
);
await call("update the expiry away", () => m.update(id, { expirationDate: null }));
await call("history", () => m.history(id));
await call("feedback", () => m.feedback({ memoryId: id, feedback: "POSITIVE", feedbackReason: "good" }));
await call("users", () => m.users());
await call("users by pages", () => m.users({ page: 2, pageSize: 1 }));
const extra = await call("add two", () =>
  m.add(
    [
      { role: "user", content: "one thing" },
      { role: "user", content: "another thing" },
    ],
    { userId: "carol", infer: false },
  ),
);
const ids = (extra?.results ?? []).map((result) => result.id);
await call("batchUpdate", () => m.batchUpdate(ids.map((memoryId) => ({ memoryId, text: "changed " + memoryId }))));
await call("batchDelete", () => m.batchDelete(ids));
await call("getProject", () => m.getProject({ fields: ["customInstructions", "customCategories"] }));
await call("updateProject", () =>
  m.updateProject({
    customInstructions: "keep it short",
    agentCustomInstructions: "x",
    customCategories: [{ My_Cat: "d" }],
    decay: true,
    multilingual: true,
    memoryDepth: null,
  }),
);
await call("getProject again", () => m.getProject({ fields: ["customInstructions", "customCategories"] }));
const webhook = await call("createWebhook", () =>
  m.createWebhook({ name: "n", url: hook, eventTypes: ["memory_add", "memory_update"] }),
);
await call("getWebhooks", () => m.getWebhooks());
await call("getWebhooks of another project", () => m.getWebhooks({ projectId: "proj-9" }));
await call("updateWebhook", () =>
  m.updateWebhook({ webhookId: webhook?.webhookId, name: "n2", url: hook, eventTypes: ["memory_delete"] }),
);
await call("deleteWebhook", () => m.deleteWebhook({ webhookId: webhook?.webhookId }));
const exported = await call("createMemoryExport", () =>
  m.createMemoryExport({
    schema: { type: "object", properties: { fooBar: { type: "string" } } },
    filters: { AND: [{ user_id: "alice" }] },
    exportInstructions: "x",
  }),
);
await call("getMemoryExport", () => m.getMemoryExport({ memoryExportId: exported?.id }));
await call("getMemoryExport by filters", () => m.getMemoryExport({ filters: { user_id: "alice" } }));
await call("getProfile", () => m.getProfile({ entityId: "alice" }));
await call("generateProfile", () => m.generateProfile({ entityId: "alice" }));
await call("getProfileSettings", () => m.getProfileSettings());
await call("updateProfileSettings", () => m.updateProfileSettings({ enabled: true, schema: { a: 1 } }));
await call("sampleProfiles", () => m.sampleProfiles({ limit: 3 }));
await call("getProfileJob", () => m.getProfileJob("11111111-1111-4111-8111-111111111111"));
await call("delete", () => m.delete(id));
await call("delete with what is linked", async () => {
  const one = await client.add("to be deleted", { userId: "dave", infer: false });
  return m.delete(one.results[0].id, { deleteLinked: true });
});
await call("deleteAll", () => m.deleteAll({ userId: "alice" }));
await call("deleteAll of everything", () => m.deleteAll());
await call("deleteUser", async () => {
  const users = await client.users();
  const bob = users.results.find((entity) => entity.type === "user" && entity.name === "bob");
  return m.deleteUser({ entity_id: bob.id, entity_type: "user" });
});
await call("deleteUsers", async () => {
  await client.add("of a bot with a slash", { agentId: "bot/1", infer: false });
  return m.deleteUsers({ agentId: "bot/1" });
});
await call("deleteUsers, all", async () => {
  await client.add("the last", { userId: "erin", agentId: "x/y", infer: false });
  return m.deleteUsers();
});
await call("users after all", () => m.users());
await call("an unknown key", () => new MemoryClient({ apiKey: "mk_unknown", host }).get(id));
await call("a host with a slash", () => new MemoryClient({ apiKey, host: host + "/" }).users());

report(client, called);
