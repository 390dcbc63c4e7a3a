// The real program for a client to talk to: a provider, and the daemon in front of it, each in a
// process of its own, on free ports, with all their files in one temporary folder.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.env.AROUTER_BINARY ?? new URL('../../build/arouter', import.meta.url).pathname;
const patience = 30_000;

/// Starts `arouter ...args`; `ready` resolves with the match of `line` in what it prints.
function start(args, line, environment) {
  const child = spawn(binary, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const ready = new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`arouter ${args[0]}: ${why}\n${printed}`));
    const timer = setTimeout(() => fail('does not listen'), patience);
    const look = (bytes) => {
      printed += bytes;
      const match = printed.match(line);
      if (match) {
        clearTimeout(timer);
        resolve(match);
      }
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
  return { child, ready };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const code = await ended;
  clearTimeout(timer);
  return code;
}

function configuration(upstream, model) {
  return `[server]
listen = ["127.0.0.1:0"]

[[provider]]
name = "demo"
format = "openai"
base_url = "${upstream}"
keys = [{ env = "DEMO_KEY" }]

[[provider.model]]
id = "${model}"
name = "Demo"
description = "For tests"
context_length = 8192
pricing = { prompt = "0.000002", completion = "0.000006" }
supported_parameters = ["tools", "max_tokens", "stop"]
`;
}

/// Everything running: `baseURL` and `apiKey` for a client, `model` to ask for. A provider named by
/// $AROUTER_TEST_UPSTREAM (a base URL) and $AROUTER_TEST_MODEL takes the place of the mock.
export async function startWorld() {
  const home = await mkdtemp(join(tmpdir(), 'arouter-clients-'));
  const environment = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_STATE_HOME: home,
    XDG_RUNTIME_DIR: home,
    DEMO_KEY: 'sk-demo-0123456789',
  };
  const children = [];
  const run = async (args, line) => {
    const { child, ready } = start(args, line, environment);
    children.push(child);
    return (await ready)[1];
  };
  const end = async () => {
    const codes = [];
    for (const child of children.reverse()) codes.push(await stop(child));
    await rm(home, { recursive: true, force: true });
    return codes;
  };
  try {
    const model = process.env.AROUTER_TEST_MODEL ?? 'demo-small';
    const upstream =
      process.env.AROUTER_TEST_UPSTREAM ??
      (await run(
        ['mock', '--listen', '127.0.0.1:0', '--key-env', 'DEMO_KEY', '--tokens', '24'],
        /Mock provider at (http:\S+)/,
      ));
    const file = join(home, 'arouter.toml');
    await writeFile(file, configuration(upstream, model), { mode: 0o600 });
    const url = await run(['serve', '--config', file], /arouter listens on (http:\S+)/);
    const apiKey = (await readFile(join(home, 'arouter', 'local.key'), 'utf8')).trim();
    return { baseURL: `${url}/v1`, apiKey, model: `demo/${model}`, isMock: !process.env.AROUTER_TEST_UPSTREAM, end };
  } catch (error) {
    await end();
    throw error;
  }
}
