// Node packages of others that speak to mem0's platform. Arguments: the server, a key of an admin.
// Each block is what the package's own documentation shows, against a user of its own.
import { execFile } from "node:child_process";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

console.log = console.warn = console.error = () => {};
const [, , host, apiKey] = process.argv;
process.env.HOME = join(process.cwd(), "home");
const calls = [];

async function call(name, action) {
  try {
    const value = await action();
    calls.push({ name, value: value === undefined ? null : value });
    return value;
  } catch (e) {
    calls.push({ name, error: e.name, message: String(e.message) });
    return undefined;
  }
}

/** The command line, as a process of its own; its answer as JSON. */
async function cli(...args) {
  const env = { ...process.env, MEM0_API_KEY: apiKey, MEM0_BASE_URL: host, MEM0_TELEMETRY: "false" };
  const command = join("node_modules", "@mem0", "cli", "dist", "index.js");
  const { stdout } = await promisify(execFile)(process.execPath, [command, "--json", ...args], { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

/** Each call lasts five seconds, whatever it does: what may be done at the same time is. */
async function commandLine() {
  await call("cli add", () => cli("add", "Alice is allergic to peanuts", "--user-id", "cli", "--no-infer"));
  await Promise.all([
    call("cli search", () => cli("search", "what allergies does Alice have?", "--user-id", "cli")),
    call("cli list", () => cli("list", "--user-id", "cli")),
    call("cli entity list", () => cli("entity", "list", "users")),
    call("cli add of another", () => cli("add", "one", "--user-id", "cli2", "--no-infer")),
  ]);
  await Promise.all([
    call("cli delete entity", () => cli("delete", "--entity", "--user-id", "cli", "--force")),
    call("cli delete all", () => cli("delete", "--all", "--user-id", "cli2", "--force")),
  ]);
}

async function vercel() {
  const { addMemories, getMemories, retrieveMemories, searchMemories } = await import("@mem0/vercel-ai-provider");
  const config = { user_id: "vercel", mem0ApiKey: apiKey, host };
  const said = [
    {
      role: "user",
      content: [
        { type: "text", text: "I grow tomatoes on my balcony" },
        { type: "file", mediaType: "image/png", data: "http://127.0.0.1/tomatoes.png" },
      ],
    },
  ];
  await call("vercel addMemories", () => addMemories(said, config));
  await call("vercel retrieveMemories", () => retrieveMemories("what do I grow?", config));
  await call("vercel getMemories", () => getMemories("what do I grow?", config));
  await call("vercel searchMemories", () => searchMemories("what do I grow?", config));
}

async function mastra() {
  const { Mem0Integration } = await import("@mastra/mem0");
  const integration = new Mem0Integration({ config: { apiKey, host, user_id: "mastra" } });
  await call("mastra createMemory", () => integration.createMemory("I sing in a choir"));
  await call("mastra searchMemory", () => integration.searchMemory("where do I sing?"));
}

/** The plugin of an assistant: its tools are called as the assistant calls them. */
async function openclaw() {
  const { default: plugin } = await import("@mem0/openclaw-mem0");
  const tools = new Map();
  const nothing = () => {};
  plugin.register({
    pluginConfig: { mode: "platform", apiKey, baseUrl: host, userId: "openclaw" },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    resolvePath: (path) => path,
    on: nothing,
    registerCli: nothing,
    registerService: nothing,
    registerMemoryCapability: nothing,
    registerTool: (tool) => tools.set(tool.name, tool),
  });
  const use = async (name, params) => {
    const answer = await tools.get(name).execute("1", params);
    return { text: answer.content.map((part) => part.text).join("\n"), details: answer.details };
  };
  await call("openclaw memory_add", () => use("memory_add", { text: "Dora keeps bees", facts: ["Dora keeps bees"] }));
  await call("openclaw memory_search", () => use("memory_search", { query: "which animals does Dora keep?" }));
  const listed = await call("openclaw memory_list", () => use("memory_list", {}));
  const id = listed?.details?.memories?.[0]?.id;
  await call("openclaw memory_get", () => use("memory_get", { memoryId: id }));
  await call("openclaw memory_update", () => use("memory_update", { memoryId: id, text: "Dora keeps bees and hens" }));
  await call("openclaw memory_event_list", () => use("memory_event_list", {}));
  await call("openclaw memory_delete, all", () => use("memory_delete", { all: true, confirm: true }));
  await call("openclaw memory_list, after", () => use("memory_list", {}));
}

async function wholeProject() {
  const scopes = [["--user-id", "a"], ["--agent-id", "b"], ["--app-id", "c"], ["--run-id", "d"]];
  await Promise.all(scopes.map((scope) => cli("add", `something of ${scope[1]}`, "--no-infer", ...scope)));
  await call("entities, after the adds", entities);
  await call("cli delete all of the project", () => cli("delete", "--all", "--project", "--force"));
  await call("entities, at the end", entities);
}

async function entities() {
  const answer = await fetch(`${host}/v1/entities/`, { headers: { Authorization: `Token ${apiKey}` } });
  return answer.json();
}

await Promise.all([commandLine, vercel, mastra, openclaw].map((block) => call(block.name, block)));
await call(wholeProject.name, wholeProject);
writeSync(1, JSON.stringify({ calls, missed: [] }));
process.exit(0);
