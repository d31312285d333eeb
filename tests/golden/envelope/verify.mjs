// Verifies the envelopes of v1.json with nothing but docs/envelope-format.md and Node's own modules.
// `node verify.mjs v1.json` prints, for each, its name and its verified header, or why it does not verify.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

const u32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes; };

function encodeContext(parts) {
  const encoded = Buffer.concat(parts.flatMap((part) => { const data = Buffer.from(part); return [u32(data.length), data]; }));
  return Buffer.concat([u32(encoded.length), encoded]);
}

function verify(sealed, { keyring, purpose, context, now }) {
  if (sealed.length < 65 || !sealed.subarray(0, 4).equals(Buffer.from([0xf5, 0x42, 0x52, 0x01]))) throw Error("not an envelope");
  if (sealed[4] !== 1) throw Error("unknown suite");
  const keyId = sealed.readUInt32BE(8);
  const entry = keyring[String(keyId)];
  if (entry === undefined) throw Error("unknown key");
  const secret = typeof entry === "string" ? entry : entry.secret;
  const key = hkdfSync("sha256", secret, "brine envelope v1", "mac\0" + purpose, 32);
  const [header, body, tag] = [sealed.subarray(0, 32), sealed.subarray(32, -32), sealed.subarray(-32)];
  const mac = createHmac("sha256", Buffer.from(key)).update(header).update(encodeContext(context)).update(body).digest();
  if (!timingSafeEqual(mac, tag)) throw Error("the seal does not verify");
  const [compression, kind, flags] = sealed.subarray(5, 8);
  const [issuedAt, expiresAt, schema, size, dictionary] = [12, 16, 20, 24, 28].map((at) => sealed.readUInt32BE(at));
  if (flags || dictionary || kind > 3 || compression > 2) throw Error("unknown header");
  if (expiresAt && now >= expiresAt) throw Error("expired");
  if (compression === 0 && body.length !== size) throw Error("wrong size");
  const content = compression === 0 ? body : compression === 1 ? inflateSync(body, { maxOutputLength: size }) : undefined;
  if (content && content.length !== size) throw Error("wrong size");
  if (content && !(kind & 1) && content.readUInt16BE(0) !== 0x8005) throw Error("not pickle protocol 5");
  return { keyId, issuedAt, expiresAt, schema, kind, compression, size };
}

const { vectors, expires_at: _, ...place } = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { name, sealed, ...changes } of vectors) {
  let result;
  try {
    result = verify(Buffer.from(sealed, "hex"), { now: place.issued_at, ...place, ...changes });
  } catch (error) {
    result = { error: error.message };
  }
  console.log(JSON.stringify({ name, ...result }));
}
