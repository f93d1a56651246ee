package dev.luthier.online;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.rater.Gold;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the questions whose answers are known. */
final class Questions {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Questions() {}

  static List<Gold> read(Optional<Path> file) {
    List<Gold> out = new ArrayList<>();
    if (file.isPresent()) {
      if (!Files.exists(file.get())) {
        throw new UserError("online.questions: there is no " + file.get());
      }
      for (String line : RowLines.read(file.get()).lines()) {
        try {
          out.add(JSON.readValue(line, Gold.class));
        } catch (JsonProcessingException e) {
          throw new UserError(
              "%s, line %d: must be {\"answer\": ID, \"other\": ID or \"\", \"better\": true or false}"
                  .formatted(file.get(), out.size() + 1),
              e);
        }
      }
    }
    return out;
  }
}
