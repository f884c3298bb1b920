// Speaks with an example of the crate: one JSON line there, one back, without waiting for an event loop.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function talk(program) {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const [questions, answers] = [join(folder, 'in'), join(folder, 'out')];
  execFileSync('mkfifo', [questions, answers]);
  const child = spawn('sh', ['-c', 'exec "$0" < "$1" > "$2"', program, questions, answers], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.unref();
  const [to, from] = [openSync(questions, 'w'), openSync(answers, 'r')];
  rmSync(folder, { recursive: true });
  const piece = Buffer.alloc(1 << 16);

  return (question) => {
    const line = Buffer.from(JSON.stringify(question) + '\n');
    for (let sent = 0; sent < line.length; ) sent += writeSync(to, line, sent);
    const pieces = [];
    do {
      const length = readSync(from, piece);
      if (length === 0) throw new Error(`${program} ended`);
      pieces.push(Buffer.from(piece.subarray(0, length)));
    } while (pieces.at(-1).at(-1) !== 10);
    return JSON.parse(Buffer.concat(pieces).toString());
  };
}
