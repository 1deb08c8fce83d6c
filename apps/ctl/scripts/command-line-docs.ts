// Prints docs/command-line.md from the commands themselves: `npm run docs`.
import type { Command } from "commander";
import { createProgram } from "../src/program.ts";

const INTRODUCTION = `# The command line

<!-- Written by \`npm run docs\` from apps/ctl/src; change it there. -->

\`miroir\` looks after gateways, nodes and the store. In a checkout it is \`npm run miroir -- …\`; after \`npm link\` in it, and in the image, it is
\`miroir\`. In scripts use \`npm run -s miroir -- …\`: without \`-s\`, npm prints first what it runs.

- What people read is a table; \`--json\` prints one JSON object for scripts, errors too. Colours are for terminals, and for nobody who has set \`NO_COLOR\`.
- Keys are never options, since other users of the machine could read them: \`--key-file FILE\`, \`--key-file -\` for standard input, or
  the variables that the gateway itself reads.
- What destroys something asks for its name. Where nobody can be asked, \`--confirm NAME\` must say it.
- The program ends with 0 when it was done, 1 when it failed, 2 when it was not understood (nothing was done), and 3 when it was done and
  problems were found: a node that is out, a task that failed, a row that is not as it should be.
- \`miroir complete bash\` (or \`zsh\`, \`fish\`, \`powershell\`) prints a script that completes commands and options:
  \`source <(miroir complete bash)\`.
`;

/** Commands of the completion's and the parser's own are explained above. */
const OWN = new Set(["complete", "help"]);

function sections(command: Command, path: string): string[] {
  return command.commands
    .filter((child) => !OWN.has(child.name()))
    .flatMap((child) => {
      const name = `${path} ${child.name()}`;
      const nested = sections(child, name);
      return nested.length > 0 ? nested : [`## \`${name}\`\n\n\`\`\`text\n${helpOf(child)}\`\`\`\n`];
    });
}

/** As `--help` prints it, on lines as long as this page's. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 120 }).outputHelp();
  return text;
}

const { program } = createProgram(process as Parameters<typeof createProgram>[0]);
process.stdout.write([INTRODUCTION, ...sections(program, "miroir")].join("\n"));
