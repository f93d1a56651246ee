package dev.luthier.io;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file of a repository as the hub lists it.
 *
 * @param path relative, with forward slashes
 * @param size bytes of the content, also where git holds only a pointer to it
 * @param blobId git's SHA-1 of what is in git: of the content, or of the pointer
 * @param sha256 the content's SHA-256, where the content lies outside of git (LFS)
 */
record HubFile(String path, long size, String blobId, Optional<String> sha256) {
  private static final Pattern TEXT =
      Pattern.compile(
          ".*\\.(safetensors|json|txt|model|jinja|md|yaml|yml|tiktoken)|(.*/)?(LICENSE|NOTICE)");
  private static final Pattern WEIGHTS = Pattern.compile(".*\\.safetensors");
  private static final Pattern UNREADABLE =
      Pattern.compile(
          ".*\\.(bin|pt|pth|ckpt|pkl|pickle|h5|msgpack|onnx|gguf|ggml|npz|tflite|ot|nemo)");

  HubFile {
    if (size < 0
        || !blobId.matches("[0-9a-f]{40}")
        || !sha256.orElse("").matches("([0-9a-f]{64})?")
        || !safe(path)) {
      throw new IllegalArgumentException("%s (%d bytes, %s)".formatted(path, size, blobId));
    }
  }

  /** A path that stays inside of its folder on every system. */
  private static boolean safe(String path) {
    return !path.isEmpty()
        && !path.matches(".*[\\\\:\\p{Cntrl}].*")
        && Pattern.compile("/").splitAsStream(path + "/.end").noneMatch(HubFile::leads);
  }

  private static boolean leads(String part) {
    return part.isEmpty() || part.equals(".") || part.equals("..");
  }

  /** The name of its content in the cache, which is also what the hub sends as its ETag. */
  String etag() {
    return sha256.orElse(blobId);
  }

  /** Safetensors and text: what is fetched. */
  boolean isReadable() {
    return TEXT.matcher(path).matches();
  }

  boolean isWeights() {
    return WEIGHTS.matcher(path).matches();
  }

  /** Pickles and other forms of weights that are never fetched. */
  boolean isUnreadableWeights() {
    return UNREADABLE.matcher(path).matches();
  }
}
