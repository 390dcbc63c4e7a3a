// Google's client: Gemini's generateContent, counts, embeddings and models.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as genai3 from '@google/genai';
import * as genai2 from 'genai-2';
import { converse_everywhere, suffer } from './conversations.mjs';
import { embeds, startWorld } from './programs.mjs';
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
  converse_everywhere(name, genai(library), world);

  for (const end of [direct, ...routed]) {
    describe(`${name}, ${end.name}`, () => {
      const client = genai(library).open(end);
      const embed = (contents, config) =>
        client.models.embedContent({ model: end.model, contents, config });

      test('models are listed and looked up', async () => {
        const names = [];
        const list = await client.models.list({ config: { pageSize: 3 } });
        for await (const model of list) names.push(model.name);
        const wanted = end.models.map((model) => `models/${model}`);
        assert.deepEqual(names.sort(), wanted.sort());
        const model = await client.models.get({ model: end.model });
        assert.equal(model.name, `models/${end.model}`);
      });

      if (!embeds(end)) {
        test('where nothing can be embedded, the answer says so', async () => {
          await assert.rejects(embed('a text'), (error) => {
            return error instanceof library.ApiError && error.status === 404;
          });
        });
        return;
      }

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

suffer(
  'in trouble',
  versions.map(([, library]) => genai(library)),
);
