import { code, type Markdown, md } from '../markdown.ts';

/** How programs get a value that changed outside this program: no pod records which value it has read. */
export function readAtStart(): Markdown {
  return md`Programs read their Secrets when they start. This program does not see values that are kept elsewhere, so no pod restarts by itself. After a change, restart each Deployment that the column "read by" names: ${code('kubectl -n NAMESPACE rollout restart deployment NAME')}.`;
}
