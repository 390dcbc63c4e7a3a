// Anthropic's client: Messages, counts and models.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-0';
import { converse_everywhere, suffer } from './conversations.mjs';
import { startWorld } from './programs.mjs';
import { anthropic } from './speakers/anthropic.mjs';

const world = await startWorld();
after(async () => {
  const codes = await world.end();
  assert.equal(codes[0], 0, 'the daemon ends well when it is told to');
});
const { direct, routed } = world;

// The older one sends another header with its key, and an older version of the API.
const versions = [
  ['@anthropic-ai/sdk 1', Anthropic],
  ['@anthropic-ai/sdk 0', Anthropic0],
];

for (const [name, Client] of versions) {
  converse_everywhere(name, anthropic(Client), world);

  for (const end of [direct, ...routed]) {
    describe(`${name}, ${end.name}`, () => {
      const client = anthropic(Client).open(end);

      test('models are listed and looked up', async () => {
        const ids = [];
        for await (const model of client.models.list({ limit: 3 })) ids.push(model.id);
        assert.deepEqual(ids.sort(), [...end.models].sort());
        const model = await client.models.retrieve(end.model);
        assert.equal(model.id, end.model);
        assert.equal(model.type, 'model');
      });

      test('a stream tells its events in order', async () => {
        const types = [];
        const stream = await client.messages.create({
          model: end.model,
          messages: [{ role: 'user', content: 'Say a few words.' }],
          max_tokens: 100,
          stream: true,
        });
        for await (const event of stream) types.push(event.type);
        const once = types.filter((type, i) => type !== types[i - 1] && type !== 'ping');
        assert.deepEqual(once, [
          'message_start',
          'content_block_start',
          'content_block_delta',
          'content_block_stop',
          'message_delta',
          'message_stop',
        ]);
      });
    });
  }
}

suffer(
  'in trouble',
  versions.map(([, library]) => anthropic(library)),
);
