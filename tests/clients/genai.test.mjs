// Google's client: Gemini's generateContent, counts, embeddings and models.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as genai3 from '@google/genai';
import * as genai2 from 'genai-2';
import { converse_everywhere } from './conversations.mjs';
import { startWorld } from './programs.mjs';
import { genai } from './speakers/genai.mjs';

const world = await startWorld();
after(async () => {
  const codes = await world.end();
  assert.equal(codes[0], 0, 'the daemon ends well when it is told to');
});
const { direct, routed } = world;

// Below /v1 the one, below /v1beta the other.
const versions = [
  ['@google/genai 3', genai3],
  ['@google/genai 2', genai2],
];

for (const [name, library] of versions) {
  converse_everywhere(name, genai(library), { direct, routed: [] });

  for (const end of [direct]) {
    describe(`${name}, ${end.name}`, () => {
      const client = genai(library).open(end);
      const embed = (contents, config) =>
        client.models.embedContent({ model: end.model, contents, config });

      test('models are listed and looked up', async () => {
        const names = [];
        for await (const model of await client.models.list()) names.push(model.name);
        assert.deepEqual(
          names,
          end.models.map((model) => `models/${model}`),
        );
        const model = await client.models.get({ model: end.model });
        assert.equal(model.name, `models/${end.model}`);
      });

      test('a text is embedded', async () => {
        const { embeddings } = await embed('a text');
        assert.equal(embeddings.length, 1);
        assert.equal(embeddings[0].values.length, 256);
      });

      test('texts are embedded in their order, with as many dimensions as asked for', async () => {
        const config = { outputDimensionality: 16 };
        const { embeddings } = await embed(['a text', 'another', 'a text'], config);
        assert.deepEqual(
          embeddings.map(({ values }) => values.length),
          [16, 16, 16],
        );
        assert.deepEqual(embeddings[0].values, embeddings[2].values);
        assert.notDeepEqual(embeddings[0].values, embeddings[1].values);
      });
    });
  }
}
