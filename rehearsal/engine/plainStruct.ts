import { createRequire } from "module";
import type { JsonObject } from "../../core/json";

/** A protobuf message that holds properties. */
interface Struct {
  toJavaScript: () => JsonObject;
}

/** The protobuf class that the SDK packs properties into. */
interface StructClass {
  new (): Struct;
  fromJavaScript: (value: JsonObject) => Struct;
}

// The copy that the SDK uses, wherever it is installed.
const protobuf = createRequire(require.resolve("@pulumi/pulumi"))("google-protobuf/google/protobuf/struct_pb") as {
  Struct: StructClass;
};

/** An empty message, as far as protobuf is concerned, that answers with the value itself. */
function plainStruct(value: JsonObject): Struct {
  const message = new protobuf.Struct();
  message.toJavaScript = () => value;
  return message;
}

/**
 * Keeps properties out of protobuf where `inside` says so: packing and unpacking them is a large part of a run with
 * large outputs. Answers with how to take it back.
 */
export function bypassProtobuf(inside: () => boolean): () => void {
  const { Struct } = protobuf;
  const pack = Struct.fromJavaScript;
  Struct.fromJavaScript = (value) => (inside() ? plainStruct(value) : pack(value));
  return () => {
    Struct.fromJavaScript = pack;
  };
}
