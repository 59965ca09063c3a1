const http = require('http')
const [framing, url, size, times] = process.argv.slice(1)

const post = () => new Promise((resolve, reject) => {
  const headers = { 'Content-Type': 'application/json' }
  if (framing === 'length') headers['Content-Length'] = size
  const request = http.request(url, { method: 'POST', headers, agent: false }, response => {
    response.resume()
    response.on('end', () => resolve(response.statusCode))
    response.on('error', reject)
  })
  request.on('error', reject) // also after the response
  const part = Buffer.alloc(1 << 16, ' ')
  let left = Math.floor(size / part.length)
  const send = () => {
    while (left > 0) {
      left--
      if (!request.write(part)) return request.once('drain', send)
    }
    request.end(Buffer.alloc(size % part.length, ' '))
  }
  send()
})

const main = async () => {
  for (let i = 0; i < times; i++) console.log(await post())
}
main().catch(err => { console.error(err); process.exit(1) })
