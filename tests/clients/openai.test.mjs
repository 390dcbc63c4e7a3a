// The official OpenAI client for JavaScript, through the daemon, to a provider.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { startWorld } from './programs.mjs';

let world;
let client;
const question = [{ role: 'user', content: 'Say a few words.' }];

before(async () => {
  world = await startWorld();
  client = new OpenAI({ baseURL: world.baseURL, apiKey: world.apiKey, maxRetries: 0, timeout: 60_000 });
});
after(async () => {
  const codes = await world?.end();
  if (codes) assert.equal(codes[0], 0, 'the daemon ends well when it is told to');
});

function check_usage(usage) {
  assert.ok(usage.prompt_tokens > 0);
  assert.ok(usage.completion_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
const text_of = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

test('models are listed and looked up', async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(ids, [world.model]);
  const model = await client.models.retrieve(world.model);
  assert.equal(model.id, world.model);
  assert.equal(model.object, 'model');
  assert.equal(model.pricing.prompt, '0.000002');
});

test('a plain answer has text, usage and its cost', async () => {
  const answer = await client.chat.completions.create({ model: world.model, messages: question });
  assert.equal(answer.object, 'chat.completion');
  assert.ok(answer.choices[0].message.content.length > 0);
  assert.ok(['stop', 'length'].includes(answer.choices[0].finish_reason));
  check_usage(answer.usage);
  const { prompt_tokens, completion_tokens, cost } = answer.usage;
  const expected = prompt_tokens * 0.000002 + completion_tokens * 0.000006;
  assert.ok(Math.abs(cost - expected) < 1e-9, `${cost} is not ${expected}`);
});

test('a streamed answer comes in pieces, with usage in the last when asked for', async () => {
  const chunks = await collect(
    await client.chat.completions.create({
      model: world.model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    }),
  );
  assert.ok(chunks.length > 3);
  assert.ok(text_of(chunks).length > 0);
  const last = chunks.at(-1);
  assert.deepEqual(last.choices, []);
  check_usage(last.usage);
});

test('a streamed answer has no usage when nobody asked', async () => {
  const chunks = await collect(
    await client.chat.completions.create({ model: world.model, messages: question, stream: true }),
  );
  assert.ok(text_of(chunks).length > 0);
  assert.ok(chunks.every((chunk) => chunk.usage == null));
  assert.ok(chunks.every((chunk) => chunk.choices.length > 0));
});

test("the client's own accumulator puts a stream together", async () => {
  const runner = client.chat.completions.stream({ model: world.model, messages: question });
  const answer = await runner.finalChatCompletion();
  assert.ok(answer.choices[0].message.content.length > 0);
});

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
};

test('a tool call comes back, plain and streamed', async (context) => {
  if (!world.isMock) return context.skip('not every model calls tools');
  const request = { model: world.model, messages: question, tools: [weather], tool_choice: 'required' };
  const answer = await client.chat.completions.create(request);
  const [call] = answer.choices[0].message.tool_calls;
  assert.equal(answer.choices[0].finish_reason, 'tool_calls');
  assert.equal(call.function.name, 'get_weather');
  assert.equal(typeof JSON.parse(call.function.arguments), 'object');

  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  const [again] = streamed.choices[0].message.tool_calls;
  assert.equal(again.function.name, 'get_weather');
  assert.deepEqual(JSON.parse(again.function.arguments), JSON.parse(call.function.arguments));
});

test('an unknown model is a 404 that says so', async () => {
  const ask = client.chat.completions.create({ model: 'demo/no-such-model', messages: question });
  await assert.rejects(ask, (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'model_not_found');
    assert.match(error.message, /no-such-model/);
    return true;
  });
  await assert.rejects(client.models.retrieve('demo/no-such-model'), OpenAI.NotFoundError);
});

test('a wrong key is a 401 that does not repeat the key', async () => {
  const stranger = new OpenAI({ baseURL: world.baseURL, apiKey: 'sk-wrong-key-123', maxRetries: 0 });
  const ask = stranger.chat.completions.create({ model: world.model, messages: question });
  await assert.rejects(ask, (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.doesNotMatch(JSON.stringify(error.error), /sk-wrong-key-123/);
    return true;
  });
});

test('a request without messages is a 400', async () => {
  const ask = client.chat.completions.create({ model: world.model });
  await assert.rejects(ask, OpenAI.BadRequestError);
});

test('a stream given up on leaves the daemon well', async () => {
  const stream = await client.chat.completions.create({
    model: world.model,
    messages: question,
    stream: true,
  });
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    break;
  }
  const answer = await client.chat.completions.create({ model: world.model, messages: question });
  assert.ok(answer.choices[0].message.content.length > 0);
});

test('many at once are all answered', async () => {
  const asks = Array.from({ length: 32 }, (_, i) =>
    i % 2 === 0
      ? client.chat.completions
          .create({ model: world.model, messages: question })
          .then((answer) => answer.choices[0].message.content)
      : client.chat.completions
          .create({ model: world.model, messages: question, stream: true })
          .then(collect)
          .then(text_of),
  );
  const texts = await Promise.all(asks);
  assert.ok(texts.every((text) => text.length > 0));
});
