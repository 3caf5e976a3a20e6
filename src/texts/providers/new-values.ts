import { code, type Markdown, md } from '../markdown.ts';

/** How programs get a value that changed where this program does not see it: no pod says which value it has read. */
export function readAtStart(): Markdown {
  return md`Programs read their Secrets when they start, and nothing here learns of a value that is kept elsewhere: no pod starts again by itself. Do it for each Deployment of this stack that the column "read by" names: ${code('kubectl -n NAMESPACE rollout restart deployment NAME')}.`;
}
