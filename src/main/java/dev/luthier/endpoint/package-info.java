/** Asks chat endpoints that speak the protocol of OpenAI: patiently, within limits, never twice. */
@NullMarked
package dev.luthier.endpoint;

import org.jspecify.annotations.NullMarked;
