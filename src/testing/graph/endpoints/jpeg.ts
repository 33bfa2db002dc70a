/** One 8 by 8 block of an image is of one colour here, and needs no more than its mean: that keeps the encoder to a page. */
export type Colour = readonly [y: number, cb: number, cr: number];

const marker = (code: number, ...content: number[]) =>
  Buffer.from([0xff, code, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content]);

/** Sizes of differences, 0 to 11 bits, each with a code of four bits; and one code of one bit, the end of a block. */
const dcTable = marker(0xc4, 0x00, 0, 0, 0, 12, ...Array(12).fill(0), ...Array.from({ length: 12 }, (_, size) => size));
const acTable = marker(0xc4, 0x10, 1, ...Array(15).fill(0), 0x00);
/** Every coefficient as it is but for the mean, which counts eightfold. */
const quantization = marker(0xdb, 0x00, 8, ...Array(63).fill(1));

/**
 * A baseline JPEG of square blocks.
 * @param blocks how many in a row, and rows
 * @param colourAt of the block at a place
 */
export function encodeJpeg(blocks: number, colourAt: (column: number, row: number) => Colour): Buffer {
  const pixels = blocks * 8;
  const size = [pixels >> 8, pixels & 0xff];
  const frame = marker(0xc0, 8, ...size, ...size, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0);
  const scan = marker(0xda, 3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0);
  let bits = "";
  const bytes: number[] = [];
  const last = [0, 0, 0];
  for (let block = 0; block < blocks * blocks; block += 1) {
    const colour = colourAt(block % blocks, Math.floor(block / blocks));
    for (const component of [0, 1, 2]) {
      const mean = colour[component]! - 128;
      bits += `${difference(mean - last[component]!)}0`;
      last[component] = mean;
    }
    for (; bits.length >= 8; bits = bits.slice(8)) push(bytes, bits.slice(0, 8));
  }
  if (bits) push(bytes, bits.padEnd(8, "1"));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...[quantization, frame, dcTable, acTable, scan],
    Buffer.from([...bytes, 0xff, 0xd9]),
  ]);
}

/** A size in four bits, then so many bits of the value; negative ones as their complement. */
function difference(value: number): string {
  const size = Math.abs(value) === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  const written = value < 0 ? value + 2 ** size - 1 : value;
  return size.toString(2).padStart(4, "0") + (size === 0 ? "" : written.toString(2).padStart(size, "0"));
}

/** A byte of ones would be taken for a marker: a zero follows it. */
function push(bytes: number[], bits: string): void {
  const byte = Number.parseInt(bits, 2);
  bytes.push(byte);
  if (byte === 0xff) bytes.push(0);
}
