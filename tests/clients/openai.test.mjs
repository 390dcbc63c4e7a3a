// OpenAI's client: chat completions, embeddings and models.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { converse_everywhere, suffer } from './conversations.mjs';
import { embeds, startWorld } from './programs.mjs';
import { chat } from './speakers/chat.mjs';

const world = await startWorld();
after(async () => {
  const codes = await world.end();
  assert.equal(codes[0], 0, 'the daemon ends well when it is told to');
});
const { direct, routed } = world;

const question = [{ role: 'user', content: 'Say a few words.' }];
const text_of = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

function check_usage(usage) {
  assert.ok(usage.prompt_tokens > 0);
  assert.ok(usage.completion_tokens > 0);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

/// What only the daemon adds.
function check_additions(client, end) {
  test('a model has its price', async () => {
    const model = await client.models.retrieve(end.model);
    assert.equal(model.pricing.prompt, '0.000002');
  });

  for (const stream of [false, true]) {
    test(`usage says what an answer cost, ${stream ? 'streamed' : 'plain'}`, async () => {
      const request = { model: end.model, messages: question };
      const { usage } = stream
        ? await client.chat.completions
            .stream({ ...request, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await client.chat.completions.create(request);
      check_usage(usage);
      const expected = usage.prompt_tokens * 0.000002 + usage.completion_tokens * 0.000006;
      assert.ok(Math.abs(usage.cost - expected) < 1e-9, `${usage.cost} is not ${expected}`);
    });
  }
}

function check_chat(client, end) {
  const stream = (wish) =>
    client.chat.completions.create({ model: end.model, messages: question, stream: true, ...wish });
  const collect = async (chunks) => {
    const all = [];
    for await (const chunk of chunks) all.push(chunk);
    return all;
  };

  test('models are listed and looked up', async () => {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.deepEqual(ids.sort(), [...end.models].sort());
    const model = await client.models.retrieve(end.model);
    assert.equal(model.id, end.model);
    assert.equal(model.object, 'model');
    const unknown = client.models.retrieve(`${end.model}-not`);
    await assert.rejects(
      unknown,
      (error) => error.status === 404 && error.code === 'model_not_found',
    );
  });

  test('usage comes in the last piece of a stream when it is asked for', async () => {
    const chunks = await collect(await stream({ stream_options: { include_usage: true } }));
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    check_usage(last.usage);
  });

  test('a stream has no usage when nobody asked', async () => {
    const chunks = await collect(await stream());
    assert.ok(text_of(chunks).length > 0);
    assert.ok(chunks.every((chunk) => chunk.usage == null));
    assert.ok(chunks.every((chunk) => chunk.choices.length > 0));
  });

  test('a stream given up on leaves the other end well', async () => {
    for await (const chunk of await stream()) {
      assert.ok(chunk.id);
      break;
    }
    const answer = await client.chat.completions.create({ model: end.model, messages: question });
    assert.ok(answer.choices[0].message.content.length > 0);
  });
}

function check_embeddings(client, end) {
  const embed = (input, wish) => client.embeddings.create({ model: end.model, input, ...wish });

  test('an embedding is the same in base64, which the client asks for by itself, and in numbers', async () => {
    const packed = await embed('a text');
    const { data } = await embed('a text', { encoding_format: 'float' });
    assert.equal(packed.data[0].embedding.length, 256);
    data[0].embedding.forEach((value, i) => {
      assert.ok(Math.abs(value - packed.data[0].embedding[i]) < 1e-6);
    });
    assert.ok(packed.usage.prompt_tokens > 0);
    assert.equal(packed.usage.total_tokens, packed.usage.prompt_tokens);
  });

  test('texts are embedded in their order, with as many dimensions as asked for', async () => {
    const { data } = await embed(['a text', 'another', 'a text'], { dimensions: 16 });
    assert.deepEqual(
      data.map(({ index }) => index),
      [0, 1, 2],
    );
    assert.deepEqual(
      data.map(({ embedding }) => embedding.length),
      [16, 16, 16],
    );
    assert.deepEqual(data[0].embedding, data[2].embedding);
    assert.notDeepEqual(data[0].embedding, data[1].embedding);
  });

  test('an unknown model embeds nothing', async () => {
    const ask = client.embeddings.create({ model: `${end.model}-not`, input: 'a text' });
    await assert.rejects(ask, (error) => error.status === 404 && error.code === 'model_not_found');
  });
}

const versions = [
  ['openai 7', OpenAI],
  ['openai 6', OpenAI6],
];

for (const [name, Client] of versions) {
  converse_everywhere(name, chat(Client), world);

  for (const end of [direct, ...routed]) {
    describe(`${name}, ${end.name}`, () => {
      const client = chat(Client).open(end);
      check_chat(client, end);
      if (!end.direct) check_additions(client, end);
      if (embeds(end)) check_embeddings(client, end);
    });
  }
}

suffer(
  'in trouble',
  versions.map(([, library]) => chat(library)),
);
