package dev.luthier.peft;

import dev.luthier.model.Slot;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;

/**
 * What a method does to a model.
 *
 * @param places what is applied instead of the loaded map, by place
 * @param trainable the weights that train, named as in the adapter's file
 */
record Attachment(Map<Slot, Adaptation> places, List<Parameter> trainable) {}
