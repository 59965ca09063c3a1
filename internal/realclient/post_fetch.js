const [url, size, times] = process.argv.slice(1)

const main = async () => {
  for (let i = 0; i < times; i++) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.alloc(Number(size), ' ')
    })
    await response.text()
    console.log(response.status)
  }
}
main().catch(err => { console.error(err); process.exit(1) })
