// Adds memories to mem0's open-source library, then searches them, and prints what each took.
// node mem0.mjs EMBEDDER_URL DIMENSION MEMORIES SEARCHES CLIENTS FOLDER
import { Memory } from "mem0ai/oss";
import { join } from "node:path";

const [url, dimension, memories, searches, clients, folder] = process.argv.slice(2);
const remote = { apiKey: "none", baseURL: url, url };
const store = (name) =>
  new Memory({
    embedder: { provider: "openai", config: { ...remote, model: "stub", embeddingDims: Number(dimension) } },
    vectorStore: {
      provider: "memory",
      config: { collectionName: "memories", dimension: Number(dimension), dbPath: join(folder, `${name}.vectors.db`) },
    },
    llm: { provider: "openai", config: remote },
    historyDbPath: join(folder, `${name}.history.db`),
  });
const text = (n) => `memory ${n}: the user likes ${["tea", "jazz", "hiking", "sushi", "chess"][n % 5]} number ${n}`;
const nanos = () => process.hrtime.bigint();

const message = (n) => [{ role: "user", content: text(n) }];
const search = (memory, n) => memory.search(text(n), { filters: { user_id: "alice" }, topK: 10 });

// Five seconds on a store of its own, so that what is measured is compiled, as it is for the other side.
const warm = store("warm");
let warmed = 0;
const until = nanos() + 5_000_000_000n;
const warmUp = async () => {
  while (nanos() < until) {
    await warm.add(message(warmed++), { userId: "alice", infer: false });
  }
};
await Promise.all(Array.from({ length: Number(clients) }, warmUp));
for (let n = 0; n < 20; n++) {
  await search(warm, n);
}

const memory = store("measured");
let next = 0;
const add = async () => {
  for (let n = next++; n < Number(memories); n = next++) {
    await memory.add(message(n), { userId: "alice", infer: false });
  }
};
const begin = nanos();
await Promise.all(Array.from({ length: Number(clients) }, add));
const adding = Number(nanos() - begin);

const times = [];
for (let n = 0; n < Number(searches); n++) {
  const asked = nanos();
  const found = await search(memory, (n * 7919) % Number(memories));
  times.push(Number(nanos() - asked));
  if (found.results.length === 0) {
    throw new Error("nothing was found");
  }
}
console.log(JSON.stringify({ adding, times }));
process.exit(0);
