package dev.luthier.quant;

import dev.luthier.error.UserError;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Storage;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The quantised weights of a model folder. Of a weight X.weight, X.weight holds the bytes, and
 * tensors named X.weight.absmax and so on hold the rest, as bitsandbytes lays them out.
 */
public final class QuantFiles {
  static final String BITSANDBYTES = ".quant_state.bitsandbytes__";
  static final String OURS = ".quant_state.luthier__";

  private final Path dir;
  private final WeightFiles files;
  private final Map<String, QuantEntry> weights = new LinkedHashMap<>();

  private QuantFiles(Path dir, WeightFiles files) {
    this.dir = dir;
    this.files = files;
  }

  /**
   * Looks through the names of a folder's tensors and reads what they say of quantised ones, not
   * the weights themselves.
   *
   * @param files stays open as long as what is read here is used on a CPU: weights stay mapped
   * @throws UserError if the folder is quantised in a way that is not built, or a part is missing
   */
  public static QuantFiles of(Path dir, WeightFiles files) {
    QuantFiles out = new QuantFiles(dir, files);
    for (String name : files.infos().keySet()) {
      refuseOthers(dir, name);
      for (String mark : new String[] {BITSANDBYTES, OURS}) {
        int at = name.indexOf(mark);
        if (at > 0) {
          String weight = name.substring(0, at);
          out.weights.put(weight, QuantEntry.of(dir, files, weight, name));
        }
      }
    }
    return out;
  }

  private static void refuseOthers(Path dir, String name) {
    String what =
        name.endsWith(".SCB")
            ? "LLM.int8 (load_in_8bit)"
            : name.endsWith(".qweight") ? "GPTQ or AWQ" : "";
    if (!what.isEmpty()) {
      throw new UserError(
          "%s: tensor %s is of a model in %s, which is not built; give the model in 16 or 32 bits, or as bitsandbytes' nf4 or fp4"
              .formatted(dir, name, what));
    }
  }

  /** Whether no weight is quantised. */
  public boolean isEmpty() {
    return weights.isEmpty();
  }

  /** The names of the quantised weights. */
  public Set<String> names() {
    return Collections.unmodifiableSet(weights.keySet());
  }

  /** Whether the files hold this weight quantised. */
  public boolean holds(String name) {
    return weights.containsKey(name);
  }

  /** The sizes of a weight, such as (out, in), not those of its bytes. */
  public long[] shape(String name) {
    return entry(name).state().shape().clone();
  }

  /** How a weight is kept. */
  public Storage storage(String name) {
    return entry(name).storage();
  }

  /** The tensors that are part of a quantised weight and no weights themselves. */
  public Set<String> parts() {
    return files.infos().keySet().stream()
        .filter(n -> Stream.of(QuantEntry.PARTS).anyMatch(p -> belongs(n, p)))
        .collect(Collectors.toCollection(HashSet::new));
  }

  private boolean belongs(String name, String part) {
    int at = name.indexOf(part);
    return at > 0 && weights.containsKey(name.substring(0, at));
  }

  /**
   * Takes a weight as it is; the caller closes it. On a CPU its bytes stay mapped.
   *
   * @throws UserError if its parts do not fit each other
   */
  public Packed read(String name, Compute compute) {
    return entry(name).read(files, compute);
  }

  private QuantEntry entry(String name) {
    QuantEntry entry = weights.get(name);
    if (entry == null) {
      throw new UserError("%s: weight %s is not quantised".formatted(dir, name));
    }
    return entry;
  }
}
