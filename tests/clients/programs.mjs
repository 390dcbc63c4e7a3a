// The real programs for a client to talk to: a provider of every format, and the daemon in front of
// it, each in a process of its own, on free ports, with all their files in one temporary folder.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary =
  process.env.AROUTER_BINARY ?? new URL('../../build/arouter', import.meta.url).pathname;
const patience = 30_000;

/// Of every answer of the mock that nothing else sets the length of.
export const answerTokens = 24;
const providerKey = 'sk-demo-0123456789';

/// A provider each, all of them the one mock, which speaks all formats natively.
export const formats = ['openai', 'anthropic', 'gemini', 'responses'];

/// Whether there are embeddings at that end.
export const embeds = ({ direct, format }) => direct || ['openai', 'gemini'].includes(format);

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

/// Where the clients of a format expect the paths of its API to begin.
export const base_url = (root, format) =>
  format === 'openai' || format === 'responses' ? `${root}/v1` : root;

const provider_of = (format) => `by-${format}`;

function provider_entry(root, format, models) {
  const entry = `
[[provider]]
name = "${provider_of(format)}"
format = "${format}"
base_url = "${base_url(root, format)}"
keys = [{ env = "DEMO_KEY" }]
`;
  const offer = (model) => `
[[provider.model]]
id = "${model}"
name = "Demo"
description = "For tests"
context_length = 8192
pricing = { prompt = "0.000002", completion = "0.000006" }
supported_parameters = ["tools", "max_tokens", "stop", "structured_outputs", "reasoning"]
`;
  return entry + models.map(offer).join('');
}

/// Everything running. `ends` are what a client can talk to: `name`, `root`, `apiKey`, `model`, the
/// `format` that the provider behind it speaks, and whether it is the provider `direct`ly.
/// `status`: what the mock answers to every call of a model.
/// `upstream`: the root of a provider that takes the place of the mock, with `models` for its own.
export async function startWorld({
  upstream,
  status,
  models = ['demo-small', 'demo-large'],
  served = formats,
} = {}) {
  const home = await mkdtemp(join(tmpdir(), 'arouter-clients-'));
  const environment = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_STATE_HOME: home,
    XDG_RUNTIME_DIR: home,
    DEMO_KEY: providerKey,
  };
  const children = [];
  const run = async (args, line) => {
    const { child, ready } = start(args, line, environment);
    children.push(child);
    return (await ready)[1];
  };
  const kill = () => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', kill);
  const end = async () => {
    const codes = [];
    for (const child of children.reverse()) codes.push(await stop(child));
    process.removeListener('exit', kill);
    await rm(home, { recursive: true, force: true });
    return codes;
  };
  try {
    const tokens = String(answerTokens);
    const mock = ['mock', '--listen', '127.0.0.1:0', '--key-env', 'DEMO_KEY', '--tokens', tokens];
    if (status) mock.push('--status', String(status));
    const provider = upstream ?? (await run(mock, /Mock provider at (http:\S+)\/v1/));
    const file = join(home, 'arouter.toml');
    const entries = served.map((format) => provider_entry(provider, format, models));
    const configuration = `[server]\nlisten = ["127.0.0.1:0"]\n${entries.join('')}`;
    await writeFile(file, configuration, { mode: 0o600 });
    const daemon = await run(['serve', '--config', file], /arouter listens on (http:\S+)/);
    const apiKey = (await readFile(join(home, 'arouter', 'local.key'), 'utf8')).trim();
    const direct = {
      name: 'the provider',
      root: provider,
      apiKey: providerKey,
      model: models[0],
      direct: true,
    };
    const routed = served.map((format) => ({
      name: `the daemon to ${format}`,
      root: daemon,
      apiKey,
      model: `${provider_of(format)}/${models[0]}`,
      models: served.flatMap((one) => models.map((model) => `${provider_of(one)}/${model}`)),
      format,
      direct: false,
    }));
    return { direct: { ...direct, models }, routed, end };
  } catch (error) {
    await end();
    throw error;
  }
}
