package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.model.Model;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * How a method stands in PEFT's adapter_config.json.
 *
 * @param type its peft_type
 * @param read the keys that are read, beside those of every method
 * @param unbuilt keys that would change what the adapter computes
 * @param plain keys that change nothing at these values, and are not built at others
 * @param parse the file and the names of modules saved whole, to the method
 * @param write the method on a model, to keys and values in the order to be written
 */
record Format<P extends Peft>(
    String type,
    Class<P> method,
    Set<String> read,
    Set<String> unbuilt,
    Map<String, List<String>> plain,
    BiFunction<JsonNode, List<String>, P> parse,
    BiFunction<P, Model, Map<String, Object>> write) {
  Map<String, Object> written(Peft peft, Model model) {
    return write.apply(method.cast(peft), model);
  }
}
