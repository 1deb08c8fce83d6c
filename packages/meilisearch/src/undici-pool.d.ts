// The package's types describe what its name loads; this is the file that holds the pool alone.
declare module "undici/lib/dispatcher/pool.js" {
  import { Pool } from "undici";
  export default Pool;
}
