// Adds memories to mem0's open-source library, then searches them, and prints what each took.
// node mem0.mjs EMBEDDER_URL DIMENSION MEMORIES SEARCHES CLIENTS FOLDER
import { Memory } from "mem0ai/oss";
import { join } from "node:path";

const [url, dimension, memories, searches, clients, folder] = process.argv.slice(2);
const remote = { apiKey: "none", baseURL: url, url };
const memory = new Memory({
  embedder: { provider: "openai", config: { ...remote, model: "stub", embeddingDims: Number(dimension) } },
  vectorStore: {
    provider: "memory",
    config: { collectionName: "memories", dimension: Number(dimension), dbPath: join(folder, "vectors.db") },
  },
  llm: { provider: "openai", config: remote },
  historyDbPath: join(folder, "history.db"),
});
const text = (n) => `memory ${n}: the user likes ${["tea", "jazz", "hiking", "sushi", "chess"][n % 5]} number ${n}`;
const nanos = () => process.hrtime.bigint();

let next = 0;
const add = async () => {
  for (let n = next++; n < Number(memories); n = next++) {
    await memory.add([{ role: "user", content: text(n) }], { userId: "alice", infer: false });
  }
};
const begin = nanos();
await Promise.all(Array.from({ length: Number(clients) }, add));
const adding = Number(nanos() - begin);

const times = [];
for (let n = 0; n < Number(searches); n++) {
  const asked = nanos();
  const found = await memory.search(text((n * 7919) % Number(memories)), { filters: { user_id: "alice" }, topK: 10 });
  times.push(Number(nanos() - asked));
  if (found.results.length === 0) {
    throw new Error("nothing was found");
  }
}
console.log(JSON.stringify({ adding, times }));
process.exit(0);
