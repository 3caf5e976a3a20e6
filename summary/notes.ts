import type { Note } from '../model/note.ts';
import type { Phrase } from '../model/phrase.ts';
import type { Stack } from '../model/stack.ts';
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
