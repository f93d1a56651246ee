package dev.luthier.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * All files of one commit of a repository, and which of them are fetched.
 *
 * @param commit 40 hexadecimal digits
 */
record HubListing(String commit, List<HubFile> files) {
  private static final int FORMAT = 1;

  /** Weights once more, beside model.safetensors: of the maker's own program, of another type. */
  private static final Pattern TWICE =
      Pattern.compile("(consolidated[^/]*|model\\.[^/]+)\\.safetensors");

  /** The files of one page of the hub's answer to {@code /api/models/ID/tree/COMMIT}. */
  static List<HubFile> page(JsonNode entries) {
    return StreamSupport.stream(entries.spliterator(), false)
        .filter(e -> e.path("type").asText().equals("file"))
        .map(
            e ->
                new HubFile(
                    e.path("path").asText(),
                    e.path("lfs").path("size").asLong(e.path("size").asLong(-1)),
                    e.path("oid").asText(),
                    text(e.path("lfs").path("oid"))))
        .toList();
  }

  /** From the form in which huggingface_hub keeps a listing, if it is a form that we know. */
  static Optional<HubListing> kept(String commit, JsonNode json) {
    if (json.path("format_version").asInt() != FORMAT || !json.path("files").isObject()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new HubListing(
              commit,
              json.path("files").properties().stream()
                  .map(
                      e ->
                          new HubFile(
                              e.getKey(),
                              e.getValue()
                                  .path("lfs_size")
                                  .asLong(e.getValue().path("size").asLong(-1)),
                              e.getValue().path("blob_id").asText(),
                              text(e.getValue().path("lfs_sha256"))))
                  .toList()));
    } catch (IllegalArgumentException unusable) {
      return Optional.empty(); // as if there were none: the hub is asked again
    }
  }

  /** The form in which huggingface_hub keeps a listing. */
  Map<String, Object> kept() {
    Map<String, Object> out = new LinkedHashMap<>();
    for (HubFile f : files) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("size", f.size());
      entry.put("blob_id", f.blobId());
      f.sha256()
          .ifPresent(
              sha -> {
                entry.put("lfs_sha256", sha);
                entry.put("lfs_size", f.size());
              });
      out.put(f.path(), entry);
    }
    return Map.of("format_version", FORMAT, "files", out);
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }

  /** What is fetched: safetensors and text, and no weights twice. */
  List<HubFile> wanted() {
    boolean usual =
        files.stream()
            .anyMatch(
                f -> f.path().equals(WeightFiles.SINGLE) || f.path().equals(WeightFiles.INDEX));
    return files.stream()
        .filter(HubFile::isReadable)
        .filter(f -> !(usual && isTwice(f.path())))
        .toList();
  }

  private static boolean isTwice(String path) {
    return TWICE.matcher(path).matches();
  }

  /**
   * @throws UserError if all weights are in forms that are never read
   */
  void refuseUnreadable(HubName name) {
    if (files.stream().anyMatch(HubFile::isWeights)) {
      return;
    }
    files.stream()
        .filter(HubFile::isUnreadableWeights)
        .findFirst()
        .ifPresent(
            f -> {
              throw new UserError(
                  ("%s has no safetensors, only weights such as %s; pickles are never fetched,"
                          + " since reading one runs code of its author: take a revision or a"
                          + " copy with safetensors, or convert it in Python")
                      .formatted(name, f.path()));
            });
  }
}
