import { readFileSync, writeFileSync } from "node:fs";
import { pageUrl, withReport } from "../test/recorded/page.ts";

writeFileSync(pageUrl, withReport(readFileSync(pageUrl, "utf8")));
