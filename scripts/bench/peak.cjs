/** Loaded into a measured process: leaves its largest memory, in kilobytes, in the file BENCH_PEAK names. */
const { appendFileSync } = require('node:fs');

process.on('exit', () => appendFileSync(process.env.BENCH_PEAK, `${process.resourceUsage().maxRSS}\n`));
