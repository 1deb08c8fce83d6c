export * from "./covering-set.ts";
export * from "./marker.ts";
export * from "./placement.ts";
export * from "./quorum.ts";
export * from "./shard.ts";
export * from "./split.ts";
