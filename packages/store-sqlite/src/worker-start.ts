// Where the store's thread begins: what it runs is loaded only once that has been made quick.
import "@miroir/schema/quick-imports";

await import("./worker.ts");
