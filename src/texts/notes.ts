import type { Stack } from '../../charts/stack/stack.ts';
import type { Phrase } from '../plain/phrase.ts';
import type { Note } from '../system/note.ts';
import { fenced, heading, type Markdown, phrase } from './markdown.ts';

/** What components say in one place, sentence by sentence. */
export function notesAt({ notes }: Stack, where: 'local-network' | 'before-live' | 'dns'): readonly Phrase[] {
  return notes.flatMap((note) => (note.where === where && 'text' in note ? [note.text] : []));
}

/** The sections of their own that components have in a file. */
export function sectionsOf({ notes }: Stack, file: 'summary' | 'secrets'): readonly Markdown[] {
  return notes.flatMap((note) => (note.where === file && 'title' in note ? section(note) : []));
}

function section({ title, passages }: Extract<Note, { readonly title: string }>): readonly Markdown[] {
  return [
    heading(2, title),
    ...passages.map((one) => ('text' in one ? phrase(one.text) : fenced(one.copy, one.lines))),
  ];
}
