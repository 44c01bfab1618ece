// Answers the questions of test_portable_seeds_phone.py, one a line.
import android.content.Context
import android.graphics.Bitmap
import kerasgan.PortableSeeds

fun word(hex: String) = hex.toLong(16).toInt()

fun text(bitmap: Bitmap) = bitmap.colors.joinToString(" ") { "%08x".format(it) } + " ${bitmap.width} ${bitmap.height}"

fun answer(question: List<String>): String = when (question[0]) {
    "words" -> PortableSeeds.threefry2x32(word(question[1]), word(question[2]), word(question[3]), word(question[4]))
        .joinToString(" ") { "%08x".format(it) }
    "latents" -> PortableSeeds.latents(question[1].toLong(), question[2].toInt(), question[3].toFloat())
        .joinToString(" ")
    "class" -> PortableSeeds.classOf(question[1].toLong(), question[2].toInt()).toString()
    else -> {
        val generator = Generator(Context(question[1]))
        text(generator.draw(question[2].toLong(), question[3].toIntOrNull())).also { generator.close() }
    }
}

fun main() = generateSequence(::readLine).forEach { println(answer(it.split(" "))) }
