package dev.luthier.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * Models on the disk, in the layout that huggingface_hub reads and writes (its guide "Manage the
 * cache", file_download.py):
 *
 * <pre>
 * models--ORG--NAME/refs/main                the commit that a branch or tag stood for
 * models--ORG--NAME/blobs/ETAG               a content; ETAG.incomplete while it comes
 * models--ORG--NAME/snapshots/COMMIT/FILE    a relative link to the content
 * models--ORG--NAME/trees/COMMIT.json        all files of a commit, with sizes and hashes
 * .locks/models--ORG--NAME/ETAG.lock
 * </pre>
 */
final class HubCache {
  /** Makes a symbolic link, where the system can. */
  interface Links {
    void link(Path link, Path target) throws IOException;
  }

  private final Path root;
  private final Links links;

  HubCache(Path root, Links links) {
    this.root = root;
    this.links = links;
  }

  Path root() {
    return root;
  }

  Path snapshot(HubName name, String commit) {
    return root.resolve(name.folder()).resolve("snapshots").resolve(commit);
  }

  Path blob(HubName name, HubFile file) {
    return root.resolve(name.folder()).resolve("blobs").resolve(file.etag());
  }

  Path part(HubName name, HubFile file) {
    Path blob = blob(name, file);
    return blob.resolveSibling(blob.getFileName() + ".incomplete");
  }

  Path lock(HubName name, String of) {
    return root.resolve(".locks").resolve(name.folder()).resolve(of + ".lock");
  }

  private Path ref(HubName name) {
    return root.resolve(name.folder()).resolve("refs").resolve(name.revision());
  }

  private Path tree(HubName name, String commit) {
    return root.resolve(name.folder()).resolve("trees").resolve(commit + ".json");
  }

  /** The commit that the name stood for when it was last asked for. */
  Optional<String> commit(HubName name) {
    if (name.isCommit()) {
      return Optional.of(name.revision());
    }
    Path ref = ref(name);
    try {
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip()).filter(HubName::isCommit)
          : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(ref, e), e);
    }
  }

  /** All files of a commit, if that is known here. */
  Optional<HubListing> listing(HubName name, String commit) {
    Path tree = tree(name, commit);
    return Files.isRegularFile(tree)
        ? HubListing.kept(commit, Json.object(tree))
        : Optional.empty();
  }

  void keep(HubName name, HubListing listing) {
    write(name, tree(name, listing.commit()), Json.bytes(listing.kept()));
  }

  /** Remembers what a branch or tag stands for; written last, when all files are there. */
  void remember(HubName name, String commit) {
    if (!name.isCommit() && !commit(name).equals(Optional.of(commit))) {
      write(name, ref(name), commit.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
  }

  /** Whole or not at all, also where two processes write; no stray file among the references. */
  private void write(HubName name, Path file, byte[] content) {
    Path temporary = root.resolve(name.folder()).resolve(".tmp-" + UUID.randomUUID());
    try {
      Files.createDirectories(AtomicFile.folder(file));
      Files.write(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw DiskErrors.writing(file, content.length, content.length, e);
    }
  }

  /** Whether a snapshot has the file, in its whole size. */
  boolean holds(HubName name, String commit, HubFile file) {
    return isWhole(snapshot(name, commit).resolve(file.path()), file);
  }

  static boolean isWhole(Path path, HubFile file) {
    return Files.isRegularFile(path) && size(path).equals(OptionalLong.of(file.size()));
  }

  /** The bytes of a file, if it is there: another process may take it away at any moment. */
  static OptionalLong size(Path path) {
    try {
      return OptionalLong.of(Files.size(path));
    } catch (NoSuchFileException gone) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + DiskErrors.reason(path, e), e);
    }
  }

  /** The files that a commit's snapshot lacks of those that are wanted. */
  List<HubFile> missing(HubName name, HubListing listing) {
    return listing.wanted().stream().filter(f -> !holds(name, listing.commit(), f)).toList();
  }

  /**
   * Whether a snapshot without a list of its files, as older programs leave it, has what a model or
   * an adapter needs.
   */
  static boolean looksWhole(Path snapshot) {
    if (Files.isRegularFile(snapshot.resolve("adapter_config.json"))) {
      return Files.isRegularFile(snapshot.resolve(WeightFiles.ADAPTER));
    }
    return Files.isRegularFile(snapshot.resolve("config.json"))
        && Files.isRegularFile(snapshot.resolve("tokenizer.json"))
        && (Files.isRegularFile(snapshot.resolve(WeightFiles.SINGLE)) || hasShards(snapshot));
  }

  private static boolean hasShards(Path snapshot) {
    Path index = snapshot.resolve(WeightFiles.INDEX);
    if (!Files.isRegularFile(index)) {
      return false;
    }
    JsonNode shards = Json.object(index).path("weight_map");
    return !shards.isEmpty()
        && StreamSupport.stream(shards.spliterator(), false)
            .allMatch(shard -> Files.isRegularFile(snapshot.resolve(shard.asText())));
  }

  /**
   * Puts a content into a snapshot: as a relative link, or, where the system has none, as a file.
   *
   * @param fresh whether the content came just now, so that nobody else uses it yet
   */
  void point(HubName name, String commit, HubFile file, boolean fresh) {
    Path blob = blob(name, file);
    Path pointer = snapshot(name, commit).resolve(file.path());
    Path folder = AtomicFile.folder(pointer);
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(pointer);
      try {
        links.link(pointer, folder.relativize(blob));
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (UnsupportedOperationException | IOException | SecurityException noLinks) {
        if (fresh) {
          Files.move(blob, pointer);
        } else {
          Files.copy(blob, pointer);
        }
      }
    } catch (FileAlreadyExistsException e) {
      if (!holds(name, commit, file)) { // else another program was faster
        throw DiskErrors.writing(pointer, file.size(), 0, e);
      }
    } catch (IOException e) {
      throw DiskErrors.writing(pointer, file.size(), fresh ? 0 : file.size(), e);
    }
  }
}
