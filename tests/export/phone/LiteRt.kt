// Stands in for what docs/mobile.md uses of LiteRT: a generator that gives its latents as the picture, plus the label.
package com.google.ai.edge.litert

import android.content.AssetManager

enum class Accelerator { CPU }

class TensorBuffer : AutoCloseable {
    var floats = FloatArray(0)
    var ints = IntArray(0)

    fun writeFloat(data: FloatArray) { floats = data }

    fun writeInt(data: IntArray) { ints = data }

    fun readFloat() = floats

    override fun close() = Unit
}

class CompiledModel private constructor() : AutoCloseable {
    class CpuOptions(val numThreads: Int? = null)

    class Options(vararg val accelerators: Accelerator) {
        var cpuOptions: CpuOptions? = null
    }

    fun createInputBuffer(inputName: String, signature: String? = null): TensorBuffer {
        check(inputName in setOf("latents", "labels") && signature == "serving_default")
        return TensorBuffer()
    }

    fun createOutputBuffer(outputName: String, signature: String? = null): TensorBuffer {
        check(outputName == "images" && signature == "serving_default")
        return TensorBuffer()
    }

    fun run(inputs: Map<String, TensorBuffer>, outputs: Map<String, TensorBuffer>, signature: String? = null) {
        check(signature == "serving_default")
        val label = inputs["labels"]?.ints?.single() ?: 0
        outputs.getValue("images").floats = inputs.getValue("latents").floats.map { it + label / 10f }.toFloatArray()
    }

    override fun close() = Unit

    companion object {
        fun create(assets: AssetManager, name: String, @Suppress("UNUSED_PARAMETER") options: Options): CompiledModel {
            assets.open(name).close()
            return CompiledModel()
        }
    }
}
