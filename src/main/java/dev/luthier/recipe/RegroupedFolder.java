package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.ShardWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.HeadPlaces;
import dev.luthier.peft.GroupedKv;
import dev.luthier.peft.HeadGroups;
import dev.luthier.peft.HeadPooling;
import dev.luthier.peft.HeadTurns;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Writes a model folder with another number of key and value heads. It goes through the mapped
 * files tensor by tensor and holds no more than one shard of what it makes, so a model may be
 * larger than memory, unless texts are read for it.
 *
 * @param kvHeads how many there will be
 * @param by how several become one
 */
public record RegroupedFolder(int kvHeads, PooledBy by) {
  private static final long SHARD_BYTES = 1_000_000_000L;
  private static final int EVAL_TOKENS = 1 << 17;
  private static final String WEIGHTS =
      ".*\\.(safetensors|bin|pt|pth|ckpt|pkl|gguf)(\\.index\\.json)?";

  /**
   * @param into the new folder
   * @throws UserError if something is there, or the model cannot have so many heads
   */
  public void write(Path named, Path into, PrintWriter out) {
    write(named, into, SHARD_BYTES, Optional.empty(), out);
  }

  /** The same, with a LoRA adapter of the model carried over. */
  public void write(Path named, Path into, RegroupedAdapter adapter, PrintWriter out) {
    write(named, into, SHARD_BYTES, Optional.of(adapter), out);
  }

  void write(
      Path named, Path into, long shardBytes, Optional<RegroupedAdapter> adapter, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    Path path = ModelPlace.folder(named);
    HeadPlaces places = HeadPlaces.of(path);
    HeadGroups groups = new HeadGroups(places.queries(), places.groups(), kvHeads);
    HeadPooling pooling = by.of(path, places, groups, out);
    try (AutoGradMode off = Ops.noGrad()) {
      GroupedKv kv = new GroupedKv(places, groups, pooling);
      adapter.ifPresent(a -> a.check(kv));
      AtomicDirectory.write(
          into,
          dir -> {
            weights(path, dir, shardBytes, kv);
            others(path, dir);
            EditedConfig.write(path, dir, json -> json.put(HeadPlaces.KEY, kvHeads));
          });
      report(kv, out);
      out.println("saved     " + into);
      out.flush();
      adapter.ifPresent(a -> a.write(kv, path, into, out));
    } finally {
      pooling.turns().ifPresent(HeadTurns::close);
    }
  }

  /** Tells the loss of a token on some texts before and after. */
  public static void compare(Path before, Path after, Path texts, PrintWriter out) {
    Calibration read = new Calibration(texts, EVAL_TOKENS);
    double old = read.loss(ModelPlace.folder(before));
    out.printf("loss      %.4f a token, was %.4f (%s)%n", read.loss(after), old, texts);
    out.flush();
  }

  private static void weights(Path from, Path into, long shardBytes, GroupedKv kv) {
    try (WeightFiles files = WeightFiles.open(from);
        ShardWriter writer = new ShardWriter(into, shardBytes)) {
      for (String name : files.infos().keySet()) {
        try (Scope scope = new Scope()) {
          writer.add(Map.of(name, kv.rewritten(name, files.tensor(name))));
        }
      }
      writer.finish();
    }
  }

  private void report(GroupedKv kv, PrintWriter out) {
    HeadPlaces places = kv.places();
    long each = 2L * places.layers().size() * places.width();
    String how =
        kv.groups().same()
            ? "as before"
            : kvHeads % places.groups() == 0 ? "by repeating" : "by " + Schema.name(by);
    out.printf(
        "heads     %d of queries; of keys and values %d, were %d, %s%n",
        places.queries(), kvHeads, places.groups(), how);
    out.printf("cache     %,d numbers a token, were %,d%n", each * kvHeads, each * places.groups());
  }

  /** All files of the folder that are neither weights nor config.json. */
  private static void others(Path from, Path into) {
    try (Stream<Path> entries = Files.list(from)) {
      List<Path> files = entries.filter(Files::isRegularFile).toList();
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.equals(EditedConfig.NAME) && !name.matches(WEIGHTS)) {
          AtomicFile.write(into.resolve(name), Files.readAllBytes(file));
        }
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot copy the files of " + from + " into " + into + ": " + UserError.reason(e), e);
    }
  }
}
