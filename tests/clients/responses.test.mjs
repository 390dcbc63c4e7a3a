// OpenAI's client: Responses.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { converse_everywhere, suffer } from './conversations.mjs';
import { startWorld } from './programs.mjs';
import { responses } from './speakers/responses.mjs';

const world = await startWorld();
after(async () => {
  const codes = await world.end();
  assert.equal(codes[0], 0, 'the daemon ends well when it is told to');
});
const { direct, routed } = world;

const versions = [
  ['openai 7, Responses', OpenAI],
  ['openai 6, Responses', OpenAI6],
];

for (const [name, Client] of versions) {
  converse_everywhere(name, responses(Client), world);

  for (const end of [direct, ...routed]) {
    describe(`${name}, ${end.name}`, () => {
      const client = responses(Client).open(end);

      test('a stream begins, counts up and ends as its own', async () => {
        const events = [];
        const stream = await client.responses.create({
          model: end.model,
          input: 'Say a few words.',
          stream: true,
        });
        for await (const event of stream) events.push(event);
        assert.equal(events[0].type, 'response.created');
        assert.equal(events.at(-1).type, 'response.completed');
        events.forEach((event, i) => assert.equal(event.sequence_number, i));
      });

      test('an earlier response is not known, and the answer says so', async () => {
        const ask = client.responses.create({
          model: end.model,
          input: 'Go on.',
          previous_response_id: 'resp_1',
        });
        await assert.rejects(
          ask,
          (error) => error instanceof Client.APIError && error.status >= 400 && error.status < 500,
        );
      });
    });
  }
}

suffer(
  'in trouble',
  versions.map(([, library]) => responses(library)),
);
