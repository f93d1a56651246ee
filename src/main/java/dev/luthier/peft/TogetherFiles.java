package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Several methods on disk: together.json names the folders in order, and each is an adapter folder
 * of PEFT's.
 */
final class TogetherFiles {
  private static final String INDEX = "together.json";
  private static final String KEY = "together";
  private static final ObjectMapper JSON = new ObjectMapper();

  private TogetherFiles() {}

  static boolean are(Path dir) {
    return Files.exists(dir.resolve(INDEX));
  }

  /**
   * @throws UserError if the index is broken
   */
  static List<Path> folders(Path dir) {
    Path index = dir.resolve(INDEX);
    JsonNode json;
    try {
      json = JSON.readTree(Files.readString(index));
    } catch (IOException e) {
      throw new UserError(index + " is not readable JSON: " + UserError.reason(e), e);
    }
    List<Path> out = new ArrayList<>();
    for (JsonNode name : json.path(KEY)) {
      if (!name.asText().matches("[a-z0-9_]+")) {
        throw new UserError("%s: %s is no name of a method".formatted(index, name));
      }
      out.add(dir.resolve(name.asText()));
    }
    if (out.size() < 2) {
      throw new UserError(index + " must name two folders or more under \"" + KEY + "\"");
    }
    return out;
  }

  static void save(Adapted<?> adapted, Together written, Path dir, String base) {
    List<String> names = written.methods().stream().map(Methods::name).toList();
    for (int i = 0; i < names.size(); i++) {
      boolean first = i == 0;
      if (HubFolder.keeps(written.methods().get(i))) {
        HubFiles.of(adapted, i, entries(adapted, i)).save(folder(dir, names.get(i)), base);
        continue;
      }
      String config =
          AdapterConfig.write(
              adapted.model(),
              written.methods().get(i),
              first ? adapted.save() : List.of(),
              first,
              base);
      AdapterFiles.write(
          folder(dir, names.get(i)),
          config,
          entries(adapted, i),
          adapted.attachment().parts().get(i).encoder());
    }
    try {
      byte[] index = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(Map.of(KEY, names));
      AtomicFile.write(dir.resolve(INDEX), index);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path folder(Path dir, String name) {
    try {
      return Files.createDirectories(dir.resolve(name));
    } catch (IOException e) {
      throw new UserError(
          "cannot make %s: %s".formatted(dir.resolve(name), UserError.reason(e)), e);
    }
  }

  /** A method's tensors; the first method's file has the modules saved whole too. */
  private static List<Entry> entries(Adapted<?> adapted, int part) {
    List<Entry> out = new ArrayList<>(adapted.attachment().parts().get(part).saved());
    if (part == 0) {
      List<Entry> whole = new ArrayList<>(adapted.saved());
      adapted.attachment().parts().forEach(p -> whole.removeAll(p.saved()));
      out.addAll(whole);
    }
    return out;
  }

  static <M extends Model> AdapterFiles.Loaded<M> load(M model, Path dir) {
    List<AdapterFolder> folders = new ArrayList<>();
    try {
      folders(dir).forEach(f -> folders.add(AdapterFolder.open(f, AdapterConfig.read(f))));
      Together together = new Together(folders.stream().map(f -> f.config().peft()).toList());
      Adapted<M> adapted = AdapterFiles.attach(model, together, dir, null);
      return AdapterFiles.filled(
          adapted,
          notes -> {
            for (int i = 0; i < folders.size(); i++) {
              List<Entry> encoder = adapted.attachment().parts().get(i).encoder();
              folders.get(i).fill(adapted, entries(adapted, i), encoder, notes);
            }
          });
    } finally {
      folders.forEach(AdapterFolder::close);
    }
  }
}
